// create_dialog.tsx - a new task: written down, and at once it is said on whom it fell.
import { useRef, useState } from 'preact/hooks';
import { Problem } from '../../app/api';
import { asProblem } from '../../app/load';
import { useSession } from '../../app/session';
import { fieldTrouble } from '../../app/troubles';
import { say as sayPlain } from '../../app/words';
import { Button } from '../../design/button';
import { Dialog } from '../../design/dialog';
import { TextField } from '../../design/field';
import { Icon } from '../../design/icon';
import { board, Item } from './board';
import { change, sum } from './money';
import { useNames } from './people';
import { Refused } from './refused';
import { say } from './words/say';

const TITLE_LETTERS_MAX = 200;

function newKey(): string { // also where the page has no secure context
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function Fell({ item, onAgain, onClose }: { item: Item; onAgain: () => void; onClose: () => void }) {
  const { profile } = useSession();
  const nameOf = useNames();
  const isMine = item.assignee_id === profile?.id;
  return (
    <div class="stack" role="status">
      <div class="popug-fell">
        <span class="picture"><Icon name="die" /></span>
        <div class="stack-2">
          <strong>{isMine ? say('fell_on_you') : say('fell_on', { name: nameOf(item.assignee_id) })}</strong>
          <span class="muted">{item.title}</span>
        </div>
      </div>
      <p class="muted">{say(isMine ? 'costs_you' : 'costs_him', { fee: sum(item.fee_minor, item.currency), reward: change(item.reward_minor, item.currency) })}</p>
      <div class="foot"><Button onPress={onAgain} icon="plus">{say('another_one')}</Button><Button kind="main" onPress={onClose}>{sayPlain('close')}</Button></div>
    </div>
  );
}

export function CreateDialog({ onClose, onCreated }: { onClose: () => void; onCreated: (item: Item) => void }) {
  const [title, setTitle] = useState('');
  const [description, setDescription] = useState('');
  const [item, setItem] = useState<Item | null>(null);
  const [isMissing, setMissing] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isBusy, setBusy] = useState(false);
  const key = useRef(newKey());
  const create = async (event: Event) => {
    event.preventDefault();
    setMissing(title.trim() === '');
    if (title.trim() === '' || isBusy) return;
    setBusy(true);
    setProblem(null);
    try {
      const created = await board.create(title.trim(), description.trim(), key.current);
      key.current = newKey();
      setItem(created);
      onCreated(created);
    } catch (error) {
      const trouble = asProblem(error);
      if (trouble.status > 0 && trouble.status < 500) key.current = newKey(); // it was heard, and refused
      setProblem(trouble);
    }
    setBusy(false);
  };
  const again = () => {
    setItem(null);
    setTitle('');
    setDescription('');
  };
  return (
    <Dialog title={item ? say('created') : say('new_one')} onClose={onClose}>
      {item ? <Fell item={item} onAgain={again} onClose={onClose} /> : (
        <form class="stack" onSubmit={create} noValidate>
          {problem && problem.fields.length === 0 && <Refused problem={problem} />}
          <TextField name={say('title')} value={title} onInput={setTitle} required more={{ maxLength: TITLE_LETTERS_MAX, autofocus: true }}
            wrong={isMissing && title.trim() === '' ? sayPlain('field_required') : fieldTrouble(problem, 'title')} />
          <TextField name={say('description')} value={description} onInput={setDescription} rows={4} optional wrong={fieldTrouble(problem, 'description')} />
          <p class="small muted">{say('create_about')}</p>
          <div class="foot"><Button kind="quiet" onPress={onClose}>{sayPlain('cancel')}</Button><Button kind="main" submits busy={isBusy}>{say('create')}</Button></div>
        </form>
      )}
    </Dialog>
  );
}
