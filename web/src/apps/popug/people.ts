// people.ts - colleagues by name: asked for together, and once.
import { useEffect, useState } from 'preact/hooks';
import { useSession } from '../../app/session';
import { say as sayPlain } from '../../app/words';
import { board, Colleague } from './board';
import { say } from './words/say';

const TOGETHER_MAX = 100;
const known = new Map<string, string | null>();
const readers = new Set<() => void>();
let wanted = new Set<string>();

async function askFor(ids: string[]): Promise<void> {
  const { items } = await board.named(ids).catch(() => ({ items: [] as Colleague[] }));
  ids.forEach((id) => known.set(id, null));
  items.forEach(({ id, full_name }) => known.set(id, full_name));
  readers.forEach((tell) => tell());
}

function want(id: string): void {
  if (known.has(id) || wanted.has(id)) return;
  if (wanted.size === 0) {
    queueMicrotask(() => {
      const ids = [...wanted];
      wanted = new Set();
      while (ids.length > 0) void askFor(ids.splice(0, TOGETHER_MAX));
    });
  }
  wanted.add(id);
}

/** Who somebody is; names that are not known yet appear by themselves. */
export function useNames(): (id: string | null) => string {
  const { profile } = useSession();
  const [, redraw] = useState(0);
  const [missing] = useState(() => new Set<string>());
  useEffect(() => {
    const tell = () => redraw((count) => count + 1);
    readers.add(tell);
    return () => void readers.delete(tell);
  }, []);
  useEffect(() => {
    missing.forEach(want);
    missing.clear();
  });
  return (id) => {
    if (id === null) return sayPlain('nothing');
    if (id === profile?.id) return sayPlain('you');
    if (!known.has(id)) missing.add(id);
    return known.get(id) ?? say('somebody');
  };
}

let me: { of: string; asked: Promise<Colleague> } | null = null;

/** Whether he works here; undefined: not known yet. */
export function useMe(): Colleague | undefined {
  const { profile } = useSession();
  const [found, setFound] = useState<Colleague>();
  const id = profile?.id ?? '';
  useEffect(() => {
    let isWanted = true;
    if (me?.of !== id) me = { of: id, asked: board.me() };
    const mine = me;
    mine.asked.then((who) => isWanted && setFound(who), () => { me = null; });
    return () => {
      isWanted = false;
    };
  }, [id]);
  return found;
}
