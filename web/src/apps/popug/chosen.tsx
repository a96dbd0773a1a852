// chosen.tsx - several tasks chosen to be finished together.
import { Button } from '../../design/button';
import { Chosen, ChosenBar as Bar, Tick as TickOf } from '../../design/chosen';
import { Item } from './board';
import { rewardOf } from './finish_dialog';
import { say } from './words/say';

export function Tick({ item, chosen }: { item: Item; chosen: Chosen }) {
  return <TickOf id={item.id} title={item.title} chosen={chosen} />;
}

export function ChosenBar({ items, chosen, onFinish }: { items: Item[]; chosen: Chosen; onFinish: (items: Item[]) => void }) {
  const picked = items.filter(({ id, status }) => status === 'open' && chosen.ids.has(id));
  if (picked.length === 0) return null;
  return (
    <Bar chosen={chosen} about={<>{say('chosen_count', { count: picked.length })} · <span class="number good">{rewardOf(picked)}</span></>}>
      <Button kind="main" icon="check" onPress={() => onFinish(picked)}>{say('finish')}</Button>
    </Bar>
  );
}
