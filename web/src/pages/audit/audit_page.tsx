// audit_page.tsx - what has happened in the house: what, about what, who, when. Nobody can change it.
import { useState } from 'preact/hooks';
import { get, Page, query } from '../../app/api';
import { useLoad } from '../../app/load';
import { Title } from '../../app/shell';
import { moment, number, say } from '../../app/words';
import { Actor } from '../../design/actor';
import { Button } from '../../design/button';
import { Dialog } from '../../design/dialog';
import { TextField } from '../../design/field';
import { Badge, Bones, Empty, Shown } from '../../design/states';

interface Recorded {
  position: number;
  id: string;
  event_type: string;
  event_source: string;
  subject: string | null;
  actor: string | null;
  occurred_at: string;
  payload: unknown;
  hash: string;
}

const SIZE = 50;
function Details({ of, onClose }: { of: Recorded; onClose: () => void }) {
  const rows: [string, string][] = [
    [say('service'), of.event_source], [say('about_what'), of.subject ?? say('nothing')], [say('who'), of.actor ?? say('by_itself')],
    [say('when'), moment(of.occurred_at)], [say('chained'), `№ ${number(of.position)} · ${of.hash}`],
  ];
  return (
    <Dialog title={of.event_type} wide onClose={onClose}>
      <dl class="values">{rows.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>
      <pre class="text" tabIndex={0} role="region" aria-label={say('details')}>{JSON.stringify(of.payload, null, 2)}</pre>
    </Dialog>
  );
}

export function AuditPage() {
  const [type, setType] = useState('');
  const [after, setAfter] = useState('');
  const [before, setBefore] = useState('');
  const [open, setOpen] = useState<Recorded | null>(null);
  const asked = (page: string | number) => query({
    page, size: SIZE, eventType: type.trim(),
    occurredAfter: after && new Date(after).toISOString(), occurredBefore: before && new Date(before).toISOString(),
  });
  const loaded = useLoad((signal) => get<Page<Recorded>>(`/api/audit/events${asked(0)}`, signal), [type.trim(), after, before]);
  const more = async () => {
    const { items, next } = loaded.value!;
    const page = await get<Page<Recorded>>(`/api/audit/events${asked(next!)}`);
    loaded.set({ items: [...items, ...page.items], next: page.next });
  };
  return (
    <>
      <Title actions={<Button icon="again" onPress={loaded.again}>{say('refresh')}</Button>}>{say('audit')}</Title>
      <div class="filters">
        <TextField name={say('event_type')} hint={say('event_type_hint')} value={type} onInput={setType} type="search" />
        <TextField name={say('from_when')} value={after} onInput={setAfter} type="datetime-local" />
        <TextField name={say('until_when')} value={before} onInput={setBefore} type="datetime-local" />
      </div>
      <section class="card">
        <Shown of={loaded} bones={<div class="body"><Bones rows={6} height={28} /></div>}>
          {({ items, next }) => items.length === 0 ? <Empty icon="shield" title={say('no_records_title')}><p>{say('no_records')}</p></Empty> : (
            <>
              <div class="scroll" tabIndex={0} role="region" aria-label={say('audit')}>
                <table>
                  <thead><tr><th>{say('when')}</th><th>{say('what')}</th><th>{say('who')}</th><th>{say('service')}</th></tr></thead>
                  <tbody>
                    {items.map((one) => (
                      <tr key={one.id}>
                        <td class="nowrap muted">{moment(one.occurred_at)}</td>
                        <td><button type="button" class="link" data-walk onClick={() => setOpen(one)}>{one.event_type}</button></td>
                        <td><Actor actor={one.actor} /></td>
                        <td><Badge>{one.event_source}</Badge></td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
              {next && <div class="foot"><Button wide onPress={more}>{say('show_more')}</Button></div>}
            </>
          )}
        </Shown>
      </section>
      {open && <Details of={open} onClose={() => setOpen(null)} />}
    </>
  );
}
