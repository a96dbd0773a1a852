// proof.ts - was it by chance? The draw of a shuffle computed once more, here, with the browser's own
// SHA-256: nothing of it is taken on trust but what was shown before the press.
import { all, Draw, Drawn } from './board';

export interface Verdict {
  isSeedRight: boolean; // its SHA-256 is the commitment
  isListRight: boolean; // everybody once, in the order of ids, as many as were said
  people: string[];
  drawn: Drawn[];
  wrong: { of: Drawn; expected: string }[];
  missing: number; // tasks that moved, and of which nothing is shown
}

export const canCheck = () => globalThis.crypto?.subtle !== undefined;

const letters = new TextEncoder();
const AT_ONCE = 500;
const DIGITS = 16;

function hex(bytes: ArrayBuffer): string {
  return [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function bytesOf(digits: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

export async function fingerprint(seed: string): Promise<string> {
  return hex(await crypto.subtle.digest('SHA-256', letters.encode(seed)));
}

/** On which of so many a task falls. */
async function fallsOn(key: CryptoKey, id: string, people: number): Promise<number> {
  const digest = hex(await crypto.subtle.sign('HMAC', key, letters.encode(id)));
  return Number(BigInt(`0x${digest.slice(0, DIGITS)}`) % BigInt(people));
}

function isInOrder(people: { position: number; person_id: string }[]): boolean {
  return people.every(({ position, person_id }, i) => position === i && (i === 0 || people[i - 1]!.person_id < person_id));
}

async function findWrong(seed: string, people: string[], drawn: Drawn[], onStep: (count: number) => void): Promise<Verdict['wrong']> {
  const key = await crypto.subtle.importKey('raw', bytesOf(seed), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  const wrong: Verdict['wrong'] = [];
  for (let from = 0; from < drawn.length; from += AT_ONCE) {
    const some = drawn.slice(from, from + AT_ONCE);
    const places = await Promise.all(some.map(({ task_id }) => fallsOn(key, task_id, people.length)));
    some.forEach((of, i) => {
      const expected = people[places[i]!]!;
      if (expected !== of.person_id) wrong.push({ of, expected });
    });
    onStep(from + some.length);
  }
  return wrong;
}

/** `onStep` hears how far it is, from 0 to 1. */
export async function check(draw: Draw, onStep: (part: number) => void): Promise<Verdict> {
  const share = (count: number) => Math.min(1, count / Math.max(1, draw.moved));
  const listed = await all<{ position: number; person_id: string }>(`/api/shuffles/${draw.id}/people`);
  const drawn = await all<Drawn>(`/api/shuffles/${draw.id}/results`, (count) => onStep(share(count) / 2));
  const people = listed.map(({ person_id }) => person_id);
  const isSeedRight = draw.seed !== null && await fingerprint(draw.seed) === draw.commitment;
  return {
    isSeedRight,
    isListRight: isInOrder(listed) && people.length === draw.people && people.length > 0,
    people,
    drawn,
    wrong: await findWrong(draw.seed ?? '', people, drawn, (count) => onStep(0.5 + share(count) / 2)),
    missing: Math.max(0, draw.moved - drawn.length),
  };
}

export function isRight({ isSeedRight, isListRight, wrong, missing }: Verdict): boolean {
  return isSeedRight && isListRight && wrong.length === 0 && missing === 0;
}

// ---- what this browser has seen before the press ----

const KEPT_AS = 'kontora.popug.commitments';
const KEPT_MAX = 50;

function seen(): Record<string, number> {
  try {
    return JSON.parse(localStorage.getItem(KEPT_AS) ?? '{}') as Record<string, number>;
  } catch {
    return {};
  }
}

/** Called with the commitment of a shuffle that nobody has pressed yet. */
export function remember(commitment: string): void {
  const before = seen();
  if (before[commitment]) return;
  const kept = Object.entries(before).sort(([, one], [, other]) => other - one).slice(0, KEPT_MAX - 1);
  localStorage.setItem(KEPT_AS, JSON.stringify({ ...Object.fromEntries(kept), [commitment]: Date.now() }));
}

export const seenAt = (commitment: string): number | null => seen()[commitment] ?? null;
