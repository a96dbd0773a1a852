// sessions_card.tsx - where I am signed in, and the way out of each place.
import { get, Page, remove } from '../../app/api';
import { useLoad } from '../../app/load';
import { ago, say } from '../../app/words';
import { Button } from '../../design/button';
import { Badge, Shown } from '../../design/states';
import { toast } from '../../design/toast';

interface SessionShown {
  id: string;
  user_agent: string | null;
  address: string | null;
  created_at: string;
  seen_at: string;
  is_current: boolean;
}

interface Revoked {
  session_id: string | null;
  reason: string | null;
  revoked_at: string;
}

/** What others have ended, and why; whoever was signed out finds it here. */
function RevokedOnes() {
  const loaded = useLoad(() => get<Page<Revoked>>('/api/sessions/revoked'), []);
  const items = loaded.value?.items ?? [];
  if (items.length === 0) return null;
  return (
    <>
      <div class="head"><h3>{say('ended_by_others')}</h3></div>
      <ul class="rows">
        {items.map((one) => (
          <li key={one.revoked_at} class="item">
            <div class="grow"><div class="title">{one.reason ?? say('no_reason')}</div><div class="small muted">{say(one.session_id ? 'ended_one' : 'ended_all', { when: ago(one.revoked_at) })}</div></div>
          </li>
        ))}
      </ul>
    </>
  );
}

/** "Firefox, Windows": enough to recognise a device by. */
export function device(userAgent: string | null): string {
  const agent = userAgent ?? '';
  const browser = ['Edg', 'OPR', 'YaBrowser', 'Firefox', 'Chrome', 'Safari', 'curl'].find((name) => agent.includes(`${name}/`));
  const system = ['Android', 'iPhone', 'iPad', 'Windows', 'Mac OS', 'Linux'].find((name) => agent.includes(name));
  const names: Record<string, string> = { Edg: 'Edge', OPR: 'Opera', YaBrowser: 'Yandex Browser' };
  return [browser && (names[browser] ?? browser), system].filter(Boolean).join(', ') || say('unknown_device');
}

export function Sessions() {
  const loaded = useLoad(() => get<Page<SessionShown>>('/api/sessions'), []);
  const end = async (one: SessionShown) => {
    await remove(`/api/sessions/${one.id}`);
    toast(say('session_ended'));
    await loaded.again();
  };
  return (
    <section class="card">
      <div class="head"><h2>{say('sessions')}</h2></div>
      <Shown of={loaded}>
        {({ items }) => (
          <ul class="rows">
            {items.map((one) => (
              <li key={one.id} class="item">
                <div class="grow">
                  <div class="title">{device(one.user_agent)} {one.is_current && <Badge tone="good">{say('this_device')}</Badge>}</div>
                  <div class="small muted">{one.address} · {say('last_seen', { when: ago(one.seen_at) })}</div>
                </div>
                {!one.is_current && <Button size="small" onPress={() => end(one)}>{say('sign_out')}</Button>}
              </li>
            ))}
          </ul>
        )}
      </Shown>
      <RevokedOnes />
    </section>
  );
}
