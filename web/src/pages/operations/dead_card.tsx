// dead_card.tsx - messages that could not be handled: looked at, tried again, or dropped with a reason.
import { useState } from 'preact/hooks';
import { get, Page, post } from '../../app/api';
import { useLoad } from '../../app/load';
import { ago, say } from '../../app/words';
import { Button } from '../../design/button';
import { Dialog } from '../../design/dialog';
import { TextField } from '../../design/field';
import { Badge, Shown } from '../../design/states';
import { toast } from '../../design/toast';

interface Parked {
  number: number;
  handler: string;
  source: string | null;
  subject: string | null;
  state: 'waiting' | 'behind' | 'dead';
  attempts: number;
  reason: string | null;
  parked_at: string;
}

interface Entry {
  service: string;
  of: Parked;
}

function Drop({ entry, onClose, onDone }: { entry: Entry; onClose: () => void; onDone: () => void }) {
  const [reason, setReason] = useState('');
  const [isTried, setTried] = useState(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    setTried(true);
    if (!reason.trim()) return;
    await post(`/api/dead/${entry.service}/${entry.of.number}/drop`, { reason: reason.trim() });
    onDone();
  };
  return (
    <Dialog title={say('drop_message')} onClose={onClose}>
      <form class="stack" onSubmit={submit} noValidate>
        <p class="muted">{say('drop_about')}</p>
        <TextField name={say('reason')} value={reason} onInput={setReason} rows={2} wrong={isTried && !reason.trim() ? say('field_required') : null} />
        <div class="foot"><Button kind="quiet" onPress={onClose}>{say('cancel')}</Button><Button kind="danger" submits>{say('drop')}</Button></div>
      </form>
    </Dialog>
  );
}

export function Dead({ services }: { services: string[] }) {
  const [dropped, setDropped] = useState<Entry | null>(null);
  const loaded = useLoad(async () => {
    const pages = await Promise.all(services.map(async (service) =>
      (await get<Page<Parked>>(`/api/dead/${service}`)).items.map((of) => ({ service, of }))));
    return pages.flat();
  }, [services.join(' ')]);
  const replay = async ({ service, of }: Entry) => {
    await post(`/api/dead/${service}/${of.number}/replay`);
    toast(say('replayed'));
    await loaded.again();
  };
  return (
    <section class="card">
      <div class="head"><h2>{say('dead_letters')}</h2></div>
      <Shown of={loaded}>
        {(rows) => rows.length === 0 ? <p class="body muted">{say('no_dead')}</p> : (
          <ul class="rows">
            {rows.map((entry) => (
              <li key={`${entry.service}${entry.of.number}`} class="item">
                <div class="grow">
                  <div class="title">{entry.of.handler} <Badge tone={entry.of.state === 'dead' ? 'bad' : 'warn'}>{say(`parked_${entry.of.state}`)}</Badge></div>
                  <div class="small muted">{entry.service} · {say('attempts_count', { count: entry.of.attempts })} · {ago(entry.of.parked_at)}</div>
                  {entry.of.reason && <div class="small">{entry.of.reason}</div>}
                </div>
                <div class="row">
                  <Button size="small" icon="again" onPress={() => replay(entry)}>{say('replay')}</Button>
                  <Button size="small" kind="quiet" onPress={() => setDropped(entry)}>{say('drop')}</Button>
                </div>
              </li>
            ))}
          </ul>
        )}
      </Shown>
      {dropped && <Drop entry={dropped} onClose={() => setDropped(null)} onDone={() => { setDropped(null); void loaded.again(); }} />}
    </section>
  );
}
