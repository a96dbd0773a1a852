// chosen.tsx - several of a list chosen, to do something with all of them.
import { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { say } from '../app/words';
import { Button } from './button';

export interface Chosen {
  ids: Set<string>;
  toggle: (id: string) => void;
  all: (ids: string[]) => void;
  clear: () => void;
}

export function useChosen(): Chosen {
  const [ids, setIds] = useState<Set<string>>(new Set());
  const toggle = (id: string) => {
    const now = new Set(ids);
    if (!now.delete(id)) now.add(id);
    setIds(now);
  };
  return { ids, toggle, all: (all) => setIds(new Set(all)), clear: () => setIds(new Set()) };
}

export function Tick({ id, title, chosen }: { id: string; title: string; chosen: Chosen }) {
  return <label class="tick"><input type="checkbox" checked={chosen.ids.has(id)} onChange={() => chosen.toggle(id)} /><span class="unseen">{say('choose_one', { title })}</span></label>;
}

/** Stays in sight while anything is chosen: how much that is, and what can be done with it. */
export function ChosenBar({ about, chosen, children }: { about: ComponentChildren; chosen: Chosen; children: ComponentChildren }) {
  return (
    <div class="chosen-bar" role="region" aria-label={say('chosen')}>
      <span class="grow">{about}</span>
      <Button kind="quiet" onPress={chosen.clear}>{say('choose_none')}</Button>
      {children}
    </div>
  );
}
