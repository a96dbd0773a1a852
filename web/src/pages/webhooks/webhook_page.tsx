// webhook_page.tsx - one endpoint: what it was told and has answered, told again; its secret; on and off.
import { useEffect, useState } from 'preact/hooks';
import { get, Page, patch, post, query, remove } from '../../app/api';
import { useLoad } from '../../app/load';
import { go } from '../../app/router';
import { useSession } from '../../app/session';
import { Title } from '../../app/shell';
import { ago, moment, say } from '../../app/words';
import { Button } from '../../design/button';
import { Dialog } from '../../design/dialog';
import { Badge, Bones, Note, Shown } from '../../design/states';
import { Sure } from '../../design/sure';
import { toast } from '../../design/toast';
import { Endpoint, WebhookForm, WebhookSecret } from './webhook_form';

interface Delivery {
  id: string;
  event_type: string;
  message_id: string;
  payload: unknown;
  status: 'waiting' | 'delivered' | 'failed';
  attempts: number;
  due_at: string | null;
  code: number;
  detail: string | null;
  created_at: string;
}

const TONES = { waiting: 'accent', delivered: 'good', failed: 'bad' } as const;
const LOOK_MS = 2000; // while something is about to be told
const SOON_MS = 90_000; // longer than one try may last

const isSoon = ({ status, due_at: due }: Delivery) => status === 'waiting' && due !== null && new Date(due).getTime() - Date.now() < SOON_MS;

function Told({ of, onClose }: { of: Delivery; onClose: () => void }) {
  return (
    <Dialog title={of.event_type} wide onClose={onClose}>
      <div class="stack">
        <p class="small muted">webhook-id: <code>msg_{of.message_id}</code> · {moment(of.created_at)}</p>
        <pre class="payload" tabIndex={0} role="region" aria-label={say('what_was_told')}>{JSON.stringify(of.payload, null, 2)}</pre>
      </div>
    </Dialog>
  );
}

function answered({ code, detail, due_at: due }: Delivery): string {
  const said = [code > 0 ? say('answered_code', { code: String(code) }) : null, detail, due && say('due_at', { when: ago(due) })];
  return said.filter(Boolean).join(' · ');
}

function Log({ of }: { of: Endpoint }) {
  const [shown, setShown] = useState<Delivery | null>(null);
  const loaded = useLoad((signal) => get<Page<Delivery>>(`/api/webhooks/${of.id}/deliveries${query({ limit: 50 })}`, signal), [of.id]);
  const waits = (loaded.value?.items ?? []).some(isSoon);
  useEffect(() => {
    if (!waits) return;
    const timer = setTimeout(() => void loaded.again(), LOOK_MS);
    return () => clearTimeout(timer);
  }, [waits, loaded.value]);
  const replay = async (one: Delivery) => {
    await post(`/api/webhooks/${of.id}/deliveries/${one.id}/replay`);
    toast(say('told_again'));
    await loaded.again();
  };
  const test = async () => {
    await post(`/api/webhooks/${of.id}/test`);
    toast(say('test_is_told'));
    await loaded.again();
  };
  const more = async () => {
    const { items, next } = loaded.value!;
    const page = await get<Page<Delivery>>(`/api/webhooks/${of.id}/deliveries${query({ limit: 50, cursor: next })}`);
    loaded.set({ items: [...items, ...page.items], next: page.next });
  };
  return (
    <section class="card">
      <div class="head">
        <h2 class="grow">{say('deliveries')}</h2>
        <Button size="small" kind="quiet" icon="again" onPress={loaded.again}>{say('refresh')}</Button>
        {of.status === 'active' && <Button size="small" onPress={test}>{say('test_send')}</Button>}
      </div>
      <Shown of={loaded} bones={<div class="body"><Bones rows={4} height={36} /></div>}>
        {({ items, next }) => items.length === 0 ? <p class="body muted">{say('no_deliveries')}</p> : (
          <>
            <ul class="rows">
              {items.map((one) => (
                <li key={one.id} class="item">
                  <div class="grow">
                    <button type="button" class="link title" onClick={() => setShown(one)}>{one.event_type}</button>
                    <div class="small muted">{ago(one.created_at)} · {say('attempts_count', { count: one.attempts })}{answered(one) && ` · ${answered(one)}`}</div>
                  </div>
                  <Badge tone={TONES[one.status]}>{say(`delivery_${one.status}`)}</Badge>
                  <Button size="small" icon="again" onPress={() => replay(one)}>{say('tell_again')}<span class="unseen"> {one.event_type} {moment(one.created_at)}</span></Button>
                </li>
              ))}
            </ul>
            {next && <div class="foot"><Button wide onPress={more}>{say('show_more')}</Button></div>}
          </>
        )}
      </Shown>
      {shown && <Told of={shown} onClose={() => setShown(null)} />}
    </section>
  );
}

function Actions({ of, onChanged }: { of: Endpoint; onChanged: (of: Endpoint) => void }) {
  const [open, setOpen] = useState<'change' | 'secret' | 'remove' | null>(null);
  const [made, setMade] = useState<Endpoint | null>(null);
  const turn = async () => {
    const status = of.status === 'active' ? 'disabled' : 'active';
    const turned = await patch<Endpoint>(`/api/webhooks/${of.id}`, { status }, { revision: of.revision });
    onChanged(turned);
    toast(say('saved'), async () => onChanged(await patch<Endpoint>(`/api/webhooks/${of.id}`, { status: of.status }, { revision: turned.revision })));
  };
  const rotate = async () => {
    const renewed = await post<Endpoint>(`/api/webhooks/${of.id}/rotate`);
    setOpen(null);
    setMade(renewed);
  };
  const drop = async () => {
    await remove(`/api/webhooks/${of.id}`);
    toast(say('removed'));
    go('/app/webhooks', 'replace');
  };
  const close = () => setOpen(null);
  return (
    <>
      <Button onPress={() => setOpen('change')}>{say('change')}</Button>
      <Button onPress={turn}>{say(of.status === 'active' ? 'switch_off' : 'switch_on')}</Button>
      <Button icon="key" onPress={() => setOpen('secret')}>{say('new_secret')}</Button>
      <Button kind="danger" onPress={() => setOpen('remove')}>{say('remove')}</Button>
      {open === 'change' && <WebhookForm of={of} onClose={close} onDone={() => void get<Endpoint>(`/api/webhooks/${of.id}`).then(onChanged)} />}
      {open === 'secret' && <Sure title={say('new_secret')} about={say('rotate_about')} yes={say('new_secret')} onYes={rotate} onClose={close} />}
      {open === 'remove' && <Sure title={of.url} about={say('remove_webhook_about')} yes={say('remove')} onYes={drop} onClose={close} />}
      {made && <WebhookSecret of={made} onClose={() => { setMade(null); onChanged(made); }} />}
    </>
  );
}

export function WebhookPage({ id }: Record<string, string>) {
  const may = useSession().may('webhooks.change');
  const loaded = useLoad(() => get<Endpoint>(`/api/webhooks/${id}`), [id]);
  return (
    <Shown of={loaded} bones={<Bones rows={5} height={36} />}>
      {(of) => (
        <>
          <Title back={say('webhooks')} backTo="/app/webhooks" actions={may && <Actions of={of} onChanged={loaded.set} />}
            under={<div class="row"><Badge tone={of.status === 'active' ? 'good' : 'warn'}><span class="dot" />{say(`webhook_${of.status}`)}</Badge>{of.events.map((event) => <Badge key={event}>{event}</Badge>)}</div>}>
            {of.url}
          </Title>
          {of.description && <p class="muted">{of.description}</p>}
          {of.status === 'disabled' && of.reason && <Note tone="warn">{of.reason}</Note>}
          {of.old_until && new Date(of.old_until).getTime() > Date.now() && <Note>{say('old_signs_until', { when: moment(of.old_until) })}</Note>}
          {may && <Log of={of} />}
        </>
      )}
    </Shown>
  );
}
