// passkeys_card.tsx - signing in by a finger or a face: which devices may.
import { useState } from 'preact/hooks';
import { get, Page, Problem, remove } from '../../app/api';
import { asProblem, useLoad } from '../../app/load';
import { addPasskey, hasPasskeys } from '../../app/passkeys';
import { ago, say } from '../../app/words';
import { Button } from '../../design/button';
import { Shown, Trouble } from '../../design/states';
import { toast } from '../../design/toast';
import { device } from './sessions_card';

interface Passkey {
  id: string;
  label: string;
  created_at: string;
  used_at: string | null;
}

export function Passkeys() {
  return hasPasskeys() ? <Card /> : null;
}

function Card() {
  const loaded = useLoad(() => get<Page<Passkey>>('/api/passkeys'), []);
  const [problem, setProblem] = useState<Problem | null>(null);
  const attempt = async (act: () => Promise<boolean>, said: string) => {
    setProblem(null);
    try {
      if (!(await act())) return;
      toast(said);
      await loaded.again();
    } catch (error) {
      setProblem(asProblem(error));
    }
  };
  const add = () => attempt(() => addPasskey(device(navigator.userAgent)), say('passkey_added'));
  const drop = (one: Passkey) => attempt(() => remove(`/api/passkeys/${one.id}`).then(() => true), say('removed'));
  return (
    <section class="card">
      <div class="head"><h2 class="grow">{say('passkeys')}</h2><Button size="small" icon="plus" onPress={add}>{say('add_passkey')}</Button></div>
      {problem && <div class="body"><Trouble problem={problem} /></div>}
      <Shown of={loaded}>
        {({ items }) => items.length === 0 ? <p class="body muted">{say('no_passkeys')}</p> : (
          <ul class="rows">
            {items.map((one) => (
              <li key={one.id} class="item">
                <div class="grow"><div class="title">{one.label}</div><div class="small muted">{say('last_seen', { when: ago(one.used_at ?? one.created_at) })}</div></div>
                <Button size="small" onPress={() => drop(one)}>{say('remove')}<span class="unseen"> {one.label}</span></Button>
              </li>
            ))}
          </ul>
        )}
      </Shown>
    </section>
  );
}
