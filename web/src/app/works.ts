// works.ts - what takes a while: done piece by piece, whichever page is looked at meanwhile.
//
// Each piece is a request of its own, so what is done stays done, whatever happens to the rest. A browser
// that is closed in the middle says so when it comes back: what was left is begun anew where it was begun.
import { useEffect, useRef, useState } from 'preact/hooks';
import { Problem } from './api';
import { asProblem } from './load';
import { tellProblem } from './troubles';

export interface Failure {
  name: string;
  why: string;
  to?: string; // where it is looked at
}

export interface Work {
  id: number;
  name: string;
  to: string; // the page that it belongs to
  done: number; // tried, be it in vain
  total: number | null; // null: nobody knows
  failed: Failure[];
  failures: number; // more of them than are kept
  left: number; // pieces that had nothing to do
  state: 'running' | 'waiting' | 'stopping' | 'stopped' | 'broken' | 'done';
}

/** One thing to do. `act` gives false when there was nothing to do any more. */
export interface Piece {
  name: string;
  to?: string;
  act: () => Promise<unknown>;
}

export interface Begun {
  name: string;
  to: string;
  total: number | null;
  pieces: AsyncIterable<Piece> | Iterable<Piece>;
}

const KEPT_AS = 'kontora.works';
const FAILURES_KEPT = 50;
const OFFLINE_MS = 3000;
const SHOWN_EVERY_MS = 150;
let telling: number | undefined;
let works: Work[] = kept();
let lastId = works.reduce((newest, { id }) => Math.max(newest, id), 0);
const readers = new Set<() => void>();
const enders = new Set<(work: Work) => void>();

/** Of before the page was loaded anew: nobody goes on with what was under way. */
function kept(): Work[] {
  try {
    const found: Work[] = JSON.parse(sessionStorage.getItem(KEPT_AS) ?? '[]');
    return found.map((work) => (isOver(work) ? work : { ...work, state: 'broken' }));
  } catch {
    return [];
  }
}

export function isOver({ state }: Work): boolean {
  return state === 'stopped' || state === 'broken' || state === 'done';
}

function tell(): void {
  clearTimeout(telling);
  telling = undefined;
  sessionStorage.setItem(KEPT_AS, JSON.stringify(works));
  readers.forEach((reader) => reader());
}

/** Many at once are one look. */
function tellSoon(): void {
  telling ??= window.setTimeout(tell, SHOWN_EVERY_MS);
}

function change(id: number, to: Partial<Work>): void {
  works = works.map((work) => (work.id === id ? { ...work, ...to } : work));
}

const workOf = (id: number) => works.find((work) => work.id === id)!;
const isStopping = (id: number) => workOf(id).state === 'stopping';

/** The server is not there, wants to be asked more slowly, or asks who one is: later, instead of in vain. */
function restOf(problem: Problem): number | null {
  if (problem.isOffline || problem.status === 503 || problem.status === 401) return problem.retryAfter * 1000 || OFFLINE_MS;
  return problem.status === 429 ? Math.max(problem.retryAfter, 1) * 1000 : null;
}

async function tryPiece(id: number, piece: Piece): Promise<Partial<Work>> {
  for (;;) {
    try {
      const hadSomething = (await piece.act()) !== false;
      return hadSomething ? {} : { left: workOf(id).left + 1 };
    } catch (error) {
      const problem = asProblem(error);
      const rest = restOf(problem);
      if (rest === null) {
        const { title, advice } = tellProblem(problem);
        const { failed, failures } = workOf(id);
        return { failed: [...failed, { name: piece.name, why: advice ?? title, to: piece.to }].slice(0, FAILURES_KEPT), failures: failures + 1 };
      }
      if (isStopping(id)) return { done: workOf(id).done };
      change(id, { state: 'waiting' });
      tell();
      await new Promise((wake) => setTimeout(wake, rest));
      if (workOf(id).state === 'waiting') change(id, { state: 'running' });
    }
  }
}

async function run(id: number, pieces: Begun['pieces']): Promise<void> {
  let end: Work['state'] = 'done';
  try {
    for await (const piece of pieces) {
      if (isStopping(id)) break;
      const outcome = await tryPiece(id, piece);
      change(id, { done: workOf(id).done + 1, ...outcome });
      tellSoon();
    }
  } catch (error) { // what is to be done could not be found out
    const { title, advice } = tellProblem(asProblem(error));
    change(id, { failed: [...workOf(id).failed, { name: title, why: advice ?? '' }], failures: workOf(id).failures + 1 });
    end = 'broken';
  }
  change(id, { state: isStopping(id) ? 'stopped' : end });
  tell();
  enders.forEach((ender) => ender(workOf(id)));
}

export function beginWork(begun: Begun): void {
  const id = ++lastId;
  const { name, to, total, pieces } = begun;
  works = [...works, { id, name, to, total, done: 0, failed: [], failures: 0, left: 0, state: 'running' }];
  tell();
  void run(id, pieces);
}

/** What is being done is finished, nothing further is begun. */
export function stopWork(id: number): void {
  change(id, { state: 'stopping' });
  tell();
}

export function forgetWork(id: number): void {
  works = works.filter((work) => work.id !== id);
  tell();
}

/** The page that it belongs to looks anew when it is over, whoever has been elsewhere meanwhile. */
export function useWorkOver(page: string, look: () => void): void {
  const tell = useRef(look);
  tell.current = look;
  useEffect(() => {
    const ender = (work: Work) => work.to === page && tell.current();
    enders.add(ender);
    return () => void enders.delete(ender);
  }, [page]);
}

export function useWorks(): Work[] {
  const [, redraw] = useState(0);
  useEffect(() => {
    const reader = () => redraw((count) => count + 1);
    const ask = (event: BeforeUnloadEvent) => {
      if (works.some((work) => !isOver(work))) event.preventDefault();
    };
    readers.add(reader);
    window.addEventListener('beforeunload', ask);
    return () => {
      readers.delete(reader);
      window.removeEventListener('beforeunload', ask);
    };
  }, []);
  return works;
}
