// safety_card.tsx - password, second factor, keys for programs.
import { useState } from 'preact/hooks';
import { get, Page, post, Problem, remove } from '../../app/api';
import { asProblem, useLoad } from '../../app/load';
import { ago, say } from '../../app/words';
import { Button } from '../../design/button';
import { Dialog } from '../../design/dialog';
import { TextField } from '../../design/field';
import { Note, Shown, Trouble } from '../../design/states';
import { PasswordDialog } from './password_dialog';
import { SecondDialog } from './second_dialog';

export function Safety() {
  const [open, setOpen] = useState<'password' | 'second' | null>(null);
  const close = () => setOpen(null);
  return (
    <section class="card">
      <div class="head"><h2>{say('safety')}</h2></div>
      <div class="body stack">
        <div class="row"><span class="grow">{say('password')}</span><Button onPress={() => setOpen('password')}>{say('change_password')}</Button></div>
        <div class="row"><span class="grow">{say('second_factor')}</span><Button onPress={() => setOpen('second')}>{say('set_up_second')}</Button></div>
      </div>
      {open === 'password' && <PasswordDialog onClose={close} />}
      {open === 'second' && <SecondDialog onClose={close} />}
    </section>
  );
}

interface Key {
  id: string;
  name: string;
  start: string;
  created_at: string;
}

function NewKey({ onClose, onMade }: { onClose: () => void; onMade: () => void }) {
  const [name, setName] = useState('');
  const [made, setMade] = useState<string | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const submit = async (event: Event) => {
    event.preventDefault();
    try {
      setMade((await post<{ key: string }>('/api/keys', { name: name.trim() })).key);
      onMade();
    } catch (error) {
      setProblem(asProblem(error));
    }
  };
  return (
    <Dialog title={say('add_key')} onClose={onClose}>
      {made ? (
        <div class="stack">
          <Note tone="warn">{say('key_once')}</Note>
          <p><code class="secret">{made}</code></p>
          <div class="foot"><Button kind="main" onPress={onClose}>{say('done_with_it')}</Button></div>
        </div>
      ) : (
        <form class="stack" onSubmit={submit} noValidate>
          {problem && <Trouble problem={problem} />}
          <TextField name={say('key_name')} value={name} onInput={setName} required />
          <div class="foot"><Button kind="quiet" onPress={onClose}>{say('cancel')}</Button><Button kind="main" submits>{say('add_key')}</Button></div>
        </form>
      )}
    </Dialog>
  );
}

export function Keys() {
  const [isAdding, setAdding] = useState(false);
  const loaded = useLoad(() => get<Page<Key>>('/api/keys'), []);
  const drop = async (one: Key) => {
    await remove(`/api/keys/${one.id}`);
    await loaded.again();
  };
  return (
    <section class="card">
      <div class="head"><h2 class="grow">{say('keys')}</h2><Button size="small" icon="plus" onPress={() => setAdding(true)}>{say('add_key')}</Button></div>
      <Shown of={loaded}>
        {({ items }) => items.length === 0 ? <p class="body muted">{say('no_keys')}</p> : (
          <ul class="rows">
            {items.map((one) => (
              <li key={one.id} class="item">
                <div class="grow"><div class="title">{one.name}</div><div class="small muted"><code>{one.start}…</code> · {ago(one.created_at)}</div></div>
                <Button size="small" onPress={() => drop(one)}>{say('remove')}<span class="unseen"> {one.name}</span></Button>
              </li>
            ))}
          </ul>
        )}
      </Shown>
      {isAdding && <NewKey onClose={() => setAdding(false)} onMade={() => void loaded.again()} />}
    </section>
  );
}
