// finish_dialog.tsx - done is done: said before, with what it pays. One task, or several.
import { useRef, useState } from 'preact/hooks';
import { Problem } from '../../app/api';
import { asProblem } from '../../app/load';
import { say as sayPlain } from '../../app/words';
import { Button } from '../../design/button';
import { Dialog } from '../../design/dialog';
import { toast } from '../../design/toast';
import { board, Item } from './board';
import { change, sum } from './money';
import { Refused } from './refused';
import { say } from './words/say';

const LISTED_MAX = 8;

export function rewardOf(items: Item[]): string {
  return change(items.reduce((total, { reward_minor }) => total + reward_minor, 0), items[0]!.currency);
}

function What({ items }: { items: Item[] }) {
  return (
    <ul class="popug-sums">
      {items.slice(0, LISTED_MAX).map((one) => (
        <li key={one.id}><span class="grow">{one.title}</span><span class="number good">{change(one.reward_minor, one.currency)}</span></li>
      ))}
      {items.length > LISTED_MAX && <li class="muted">{say('and_more', { count: items.length - LISTED_MAX })}</li>}
    </ul>
  );
}

export function FinishDialog({ items, onClose, onDone }: { items: Item[]; onClose: () => void; onDone: (done: Item[]) => void }) {
  const [doneCount, setDoneCount] = useState(0);
  const [problem, setProblem] = useState<Problem | null>(null);
  const isClosed = useRef(false);
  const rest = useRef(items);
  const done = useRef<Item[]>([]);
  const finish = async () => {
    setProblem(null);
    while (rest.current.length > 0 && !isClosed.current) {
      try {
        done.current.push(await board.finish(rest.current[0]!.id));
      } catch (error) {
        const trouble = asProblem(error);
        if (trouble.status === 0 || trouble.status >= 500) { // the same again, when he wants
          setProblem(trouble);
          return;
        }
        setProblem(trouble); // somebody was faster: the others go on
        if (items.length === 1) return;
      }
      rest.current = rest.current.slice(1);
      setDoneCount(done.current.length);
    }
    if (done.current.length > 0) toast(say('finished', { count: done.current.length, sum: rewardOf(done.current) }));
    onDone(done.current);
  };
  const close = () => {
    isClosed.current = true;
    if (done.current.length > 0) onDone(done.current);
    else onClose();
  };
  return (
    <Dialog title={say('finish_title', { count: items.length })} onClose={close}>
      <div class="stack">
        {problem && <Refused problem={problem} />}
        <What items={items} />
        <p class="muted">{say('finish_about', { sum: sum(items.reduce((total, { reward_minor }) => total + reward_minor, 0), items[0]!.currency) })}</p>
        {items.length > 1 && doneCount > 0 && <progress value={doneCount} max={items.length} aria-label={say('finishing')} />}
        <div class="foot">
          <Button kind="quiet" onPress={close}>{sayPlain('cancel')}</Button>
          <Button kind="main" icon="check" onPress={finish}>{say('finish_do', { sum: rewardOf(items) })}</Button>
        </div>
      </div>
    </Dialog>
  );
}
