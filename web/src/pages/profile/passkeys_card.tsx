// passkeys_card.tsx - signing in by a finger or a face: which devices may.
import { get, Page, remove } from '../../app/api';
import { useLoad } from '../../app/load';
import { addPasskey, hasPasskeys } from '../../app/passkeys';
import { ago, say } from '../../app/words';
import { Button } from '../../design/button';
import { Shown } from '../../design/states';
import { toast } from '../../design/toast';
import { device } from './sessions_card';

interface Passkey {
  passkey_id: string;
  name: string;
  created_at: string;
  last_used_at: string | null;
}

export function Passkeys() {
  const loaded = useLoad(() => get<Page<Passkey>>('/api/passkeys'), []);
  if (!hasPasskeys() || loaded.problem?.status === 404) return null;
  const add = async () => {
    await addPasskey(device(navigator.userAgent));
    toast(say('passkey_added'));
    await loaded.again();
  };
  const drop = async (one: Passkey) => {
    await remove(`/api/passkeys/${one.passkey_id}`);
    await loaded.again();
  };
  return (
    <section class="card">
      <div class="head"><h2 class="grow">{say('passkeys')}</h2><Button size="small" icon="plus" onPress={add}>{say('add_passkey')}</Button></div>
      <Shown of={loaded}>
        {({ items }) => items.length === 0 ? <p class="body muted">{say('no_passkeys')}</p> : (
          <ul class="rows">
            {items.map((one) => (
              <li key={one.passkey_id} class="item">
                <div class="grow"><div class="title">{one.name}</div><div class="small muted">{say('last_seen', { when: ago(one.last_used_at ?? one.created_at) })}</div></div>
                <Button size="small" onPress={() => drop(one)}>{say('remove')}</Button>
              </li>
            ))}
          </ul>
        )}
      </Shown>
    </section>
  );
}
