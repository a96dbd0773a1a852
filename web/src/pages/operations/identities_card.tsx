// identities_card.tsx - by which keys services know each other, and what each may ask.
import { get, Page } from '../../app/api';
import { useLoad } from '../../app/load';
import { say } from '../../app/words';
import { Badge, Shown } from '../../design/states';

interface Identity {
  service: string;
  is_here: boolean;
  key_id: string;
  may_ask: string[];
}

export function Identities() {
  const loaded = useLoad(() => get<Page<Identity>>('/api/service_identities'), []);
  return (
    <section class="card">
      <div class="head"><h2>{say('service_keys')}</h2></div>
      <Shown of={loaded}>
        {({ items }) => items.length === 0 ? <p class="body muted">{say('no_service_keys')}</p> : (
          <ul class="rows">
            {items.map((one) => (
              <li key={`${one.service}${one.key_id}`} class="item">
                <div class="grow">
                  <div class="title">{one.service}</div>
                  <div class="small muted"><code>{one.key_id}</code>{one.may_ask.length > 0 && ` · ${say('may_ask', { names: one.may_ask.join(', ') })}`}</div>
                </div>
                <Badge tone={one.is_here ? 'good' : 'accent'}>{say(one.is_here ? 'runs_here' : 'runs_elsewhere')}</Badge>
              </li>
            ))}
          </ul>
        )}
      </Shown>
    </section>
  );
}
