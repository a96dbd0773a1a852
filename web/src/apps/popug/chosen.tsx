// chosen.tsx - several tasks chosen to be finished together.
import { useState } from 'preact/hooks';
import { Button } from '../../design/button';
import { Item } from './board';
import { rewardOf } from './finish_dialog';
import { say } from './words/say';

export interface Chosen {
  ids: Set<string>;
  of: (items: Item[]) => Item[];
  toggle: (id: string) => void;
  all: (items: Item[]) => void;
  clear: () => void;
}

export function useChosen(): Chosen {
  const [ids, setIds] = useState<Set<string>>(new Set());
  const toggle = (id: string) => {
    const now = new Set(ids);
    if (!now.delete(id)) now.add(id);
    setIds(now);
  };
  return {
    ids, toggle,
    of: (items) => items.filter(({ id, status }) => status === 'open' && ids.has(id)),
    all: (items) => setIds(new Set(items.map(({ id }) => id))),
    clear: () => setIds(new Set()),
  };
}

export function Tick({ item, chosen }: { item: Item; chosen: Chosen }) {
  return <label class="popug-tick"><input type="checkbox" checked={chosen.ids.has(item.id)} onChange={() => chosen.toggle(item.id)} /><span class="unseen">{say('choose_one', { title: item.title })}</span></label>;
}

/** Stays in sight while anything is chosen. */
export function ChosenBar({ items, chosen, onFinish }: { items: Item[]; chosen: Chosen; onFinish: (items: Item[]) => void }) {
  const picked = chosen.of(items);
  if (picked.length === 0) return null;
  return (
    <div class="popug-bar" role="region" aria-label={say('chosen')}>
      <span class="grow">{say('chosen_count', { count: picked.length })} · <span class="number good">{rewardOf(picked)}</span></span>
      <Button kind="quiet" onPress={chosen.clear}>{say('choose_none')}</Button>
      <Button kind="main" icon="check" onPress={() => onFinish(picked)}>{say('finish')}</Button>
    </div>
  );
}
