// draft.ts - what somebody is writing, kept on the server while he writes.
//
// What he has changed is sent when he rests for a moment. A value that the server refuses stays on his
// page only, and is tried again with the next save. What was changed elsewhere meanwhile is taken
// over and told; where he has written something else himself, his stays until he has seen it.
import { useEffect, useRef, useState } from 'preact/hooks';
import { Problem } from '../../../app/api';
import { About, Done, DoorName, flow, FormField, Offer, State, Values } from '../../../app/flow';
import { asProblem } from '../../../app/load';
import { Change, changesBetween } from '../../../pages/case/changed';
import { Draft, draftOf, formOf } from '../../../pages/case/form';
import { untilDone } from '../../../pages/case/operate';

const REST_MS = 900;
const AGAIN_MS = 5000;
const TRIES_MAX = 4; // each time somebody else was faster

export type Keeping = 'kept' | 'writing' | 'keeping' | 'waiting';

export interface KeptDraft {
  values: Draft;
  change: (values: Draft) => void;
  keeping: Keeping;
  keptAt: number | null;
  problem: Problem | null; // what the server says of fields
  changes: Change[]; // made elsewhere, not yet looked at
  understood: () => void;
  keep: () => Promise<Problem | null>;
  lookAgain: () => Promise<void>;
  /** Decides on what he sees: not done when there is something that he has not seen. */
  operate: (operation: string, form: Values) => Promise<Done | null>;
}

interface Memory {
  state: State; // the newest that he was shown
  values: Draft;
  dirty: Set<string>;
  keeping: Keeping;
  keptAt: number | null;
  problem: Problem | null;
  changes: Change[];
  running: Promise<void> | null;
  round: number; // of saves: what was asked for before one is old
  timer?: number;
}

interface Options {
  door: DoorName;
  about: About;
  state: State;
  saving: string; // the operation that keeps a draft
  fields: FormField[];
  onMoved: () => void; // it is no longer where this can be written
}

const same = (one: unknown, other: unknown) => JSON.stringify(one ?? null) === JSON.stringify(other ?? null);

/** Not for ever: the connection, a session that has ended, a server that is busy. */
const passes = ({ status }: Problem) => status === 0 || status === 401 || status === 429 || status >= 500;

const offered = (state: State, operation: string): Offer | undefined =>
  state.new_operations.find((offer) => offer.operation === operation && offer.token);

function refusedNames(problem: Problem): string[] {
  return problem.fields.map(({ field }) => field.replace(/^form\./, ''));
}

function without(form: Values, names: string[]): Values {
  return Object.fromEntries(Object.entries(form).filter(([name]) => !names.includes(name)));
}

/** Takes what is new on the server; says what somebody else has changed. `mine` were changed by this page. */
function take(memory: Memory, now: State, { about, fields }: Options, mine: string[] = []): void {
  const before = memory.state;
  const others = about.fields.filter(({ name }) => !mine.includes(name));
  const fresh = draftOf(fields, now.case?.forms ?? {});
  for (const { name } of fields) {
    const isNew = !same(before.case?.forms[name], now.case?.forms[name]);
    if (isNew && !memory.dirty.has(name)) memory.values = { ...memory.values, [name]: fresh[name] ?? '' };
  }
  memory.changes = [...memory.changes, ...changesBetween(before, now, { ...about, fields: others })];
  memory.state = now;
}

/** Sends all but what is refused; the token stays good as long as the form is wrong. */
async function send(door: DoorName, offer: Offer, form: Values): Promise<Problem | null> {
  try {
    await flow.operate(door, offer, form);
    return null;
  } catch (error) {
    const problem = asProblem(error);
    const rest = without(form, refusedNames(problem));
    if (problem.status !== 400 || problem.fields.length === 0) throw problem;
    if (Object.keys(rest).length > 0 && Object.keys(rest).length < Object.keys(form).length) {
      const next = await send(door, offer, rest);
      return new Problem(400, problem.code, problem.message, { fields: [...problem.fields, ...(next?.fields ?? [])] });
    }
    return problem;
  }
}

async function keepOnce(memory: Memory, options: Options): Promise<void> {
  const { door, fields, saving } = options;
  const caseId = memory.state.case!.case_id;
  const offer = offered(memory.state, saving);
  if (!offer) {
    options.onMoved();
    return;
  }
  const sent = { ...memory.values };
  const names = [...memory.dirty];
  const all = fields.filter(({ name }) => names.includes(name)).map((field) => ({ ...field, required: false }));
  const form = formOf(all, sent, memory.state.case!.forms);
  const problem = Object.keys(form).length > 0 ? await send(door, offer, form) : null;
  const refused = problem ? refusedNames(problem) : [];
  memory.problem = problem;
  memory.round++;
  names.filter((name) => !refused.includes(name) && memory.values[name] === sent[name]).forEach((name) => memory.dirty.delete(name));
  take(memory, await flow.state(door, caseId), options, names);
}

/** Again and again as long as he writes on, or somebody else is faster. */
async function keepAll(memory: Memory, options: Options): Promise<void> {
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    try {
      await keepOnce(memory, options);
      return;
    } catch (error) {
      const problem = asProblem(error);
      if (problem.code !== 'invalid_token') throw problem;
      take(memory, await flow.state(options.door, memory.state.case!.case_id), options);
    }
  }
}

export function useDraft(options: Options): KeptDraft {
  const [, count] = useState(0);
  const now = useRef(options);
  now.current = options;
  const memory = useRef<Memory>(null as unknown as Memory);
  memory.current ??= {
    state: options.state, values: draftOf(options.fields, options.state.case?.forms ?? {}), dirty: new Set(), keeping: 'kept',
    keptAt: null, problem: null, changes: [], running: null, round: 0,
  };
  const mine = memory.current;
  const redraw = () => count((drawn) => drawn + 1);

  const run = async () => {
    mine.keeping = 'keeping';
    redraw();
    try {
      await keepAll(mine, now.current);
      mine.keeping = 'kept';
      mine.keptAt = Date.now();
    } catch (error) {
      const problem = asProblem(error);
      mine.keeping = 'waiting';
      if (passes(problem)) mine.timer = window.setTimeout(() => void keep(), AGAIN_MS);
      else mine.problem = problem;
    }
    mine.running = null;
    redraw();
  };
  const keep = async (): Promise<Problem | null> => {
    clearTimeout(mine.timer);
    while (mine.running) await mine.running;
    if (mine.dirty.size > 0) {
      mine.running = run();
      await mine.running;
    }
    return mine.problem;
  };
  const lookAgain = async () => {
    if (mine.running || mine.dirty.size > 0) return; // the next save looks anyway
    const round = mine.round;
    const state = await flow.state(now.current.door, mine.state.case!.case_id).catch(() => null);
    if (!state || round !== mine.round || mine.running) return;
    take(mine, state, now.current);
    redraw();
  };
  const change = (values: Draft) => {
    Object.keys(values).filter((name) => values[name] !== mine.values[name]).forEach((name) => mine.dirty.add(name));
    mine.values = values;
    mine.keeping = 'writing';
    clearTimeout(mine.timer);
    mine.timer = window.setTimeout(() => void keep(), REST_MS);
    redraw();
  };
  const operate = async (operation: string, form: Values): Promise<Done | null> => {
    await keep();
    mine.problem = null;
    for (let tries = 0; tries < TRIES_MAX && mine.changes.length === 0; tries++) {
      const offer = offered(mine.state, operation);
      try {
        if (offer) return await untilDone(now.current.door, await flow.operate(now.current.door, offer, form));
      } catch (error) {
        const problem = asProblem(error);
        if (problem.code !== 'invalid_token') {
          mine.problem = problem;
          redraw();
          return null;
        }
      }
      take(mine, await flow.state(now.current.door, mine.state.case!.case_id), now.current);
    }
    redraw();
    return null;
  };
  const understood = () => {
    mine.changes = [];
    redraw();
  };
  useEffect(() => {
    const hide = () => {
      if (document.hidden) void keep();
    };
    document.addEventListener('visibilitychange', hide);
    return () => {
      document.removeEventListener('visibilitychange', hide);
      void keep();
    };
  }, []);
  const { values, keeping, keptAt, problem, changes } = mine;
  return { values, change, keeping, keptAt, problem, changes, understood, keep, lookAgain, operate };
}
