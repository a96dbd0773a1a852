// webhooks_page.tsx - other people's programs that are told what happens here.
import { useState } from 'preact/hooks';
import { get, Page } from '../../app/api';
import { useLoad } from '../../app/load';
import { useSession } from '../../app/session';
import { Title } from '../../app/shell';
import { say } from '../../app/words';
import { Button } from '../../design/button';
import { Badge, Bones, Empty, Shown } from '../../design/states';
import { Endpoint, WebhookForm } from './webhook_form';

export function WebhooksPage() {
  const [isAdding, setAdding] = useState(false);
  const { may } = useSession();
  const loaded = useLoad(() => get<Page<Endpoint>>('/api/webhooks'), []);
  const add = may('webhooks.change') && <Button kind="main" icon="plus" onPress={() => setAdding(true)}>{say('add_webhook')}</Button>;
  return (
    <>
      <Title under={<p class="muted">{say('webhooks_about')}</p>} actions={add}>{say('webhooks')}</Title>
      <section class="card">
        <Shown of={loaded} bones={<div class="body"><Bones rows={4} height={36} /></div>}>
          {({ items }) => items.length === 0 ? <Empty icon="hook" title={say('no_webhooks_title')}><p>{say('no_webhooks')}</p></Empty> : (
            <ul class="rows">
              {items.map((of) => (
                <li key={of.id}>
                  <a class="item" data-walk href={`/app/webhooks/${of.id}`}>
                    <div class="grow stack-2">
                      <div class="title">{of.url}</div>
                      {of.description && <div class="small muted">{of.description}</div>}
                      <div class="row">{of.events.map((event) => <Badge key={event}>{event}</Badge>)}</div>
                    </div>
                    <Badge tone={of.status === 'active' ? 'good' : 'warn'}><span class="dot" />{say(`webhook_${of.status}`)}</Badge>
                  </a>
                </li>
              ))}
            </ul>
          )}
        </Shown>
      </section>
      {isAdding && <WebhookForm of={null} onClose={() => setAdding(false)} onDone={() => void loaded.again()} />}
    </>
  );
}
