// dead_card.tsx - messages that could not be handled: looked at, tried again, or dropped with a reason.
import { useState } from 'preact/hooks';
import { get, Page, post, query } from '../../app/api';
import { asProblem, useLoad } from '../../app/load';
import { beginWork, Piece, useWorkOver } from '../../app/works';
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

const PAGE = '/app/operations';
const PAGE_MAX = 200;

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

const replayOne = ({ service, of }: Entry) => post(`/api/dead/${service}/${of.number}/replay`);

/** What is dead now, page by page; what dies again meanwhile stands before the cursor and is not met twice. */
async function* allDead(services: string[]): AsyncGenerator<Piece> {
  for (const service of services) {
    let cursor: string | null = null;
    do {
      const page: Page<Parked> = await get(`/api/dead/${service}${query({ state: 'dead', limit: PAGE_MAX, cursor })}`);
      for (const of of page.items) {
        const act = () => replayOne({ service, of }).catch((error) => {
          if (asProblem(error).status === 404) return false; // somebody else has just dealt with it
          throw error;
        });
        yield { name: `${of.handler} · ${service} ${of.number}`, act };
      }
      cursor = page.next;
    } while (cursor !== null);
  }
}

interface Listed {
  rows: Entry[];
  cursors: Record<string, string>; // of the services that have more
}

/** The next page of each of these services; those without a cursor are asked from the beginning. */
async function pagesOf(services: string[], cursors: Record<string, string>): Promise<Listed> {
  const pages = await Promise.all(services.map(async (service) => {
    const page = await get<Page<Parked>>(`/api/dead/${service}${query({ cursor: cursors[service] })}`);
    return { service, page };
  }));
  const left = pages.flatMap(({ service, page }) => (page.next === null ? [] : [[service, page.next]]));
  return { rows: pages.flatMap(({ service, page }) => page.items.map((of) => ({ service, of }))), cursors: Object.fromEntries(left) };
}

export function Dead({ services, count }: { services: string[]; count: number }) {
  const [dropped, setDropped] = useState<Entry | null>(null);
  const loaded = useLoad(() => pagesOf(services, {}), [services.join(' ')]);
  const more = async () => {
    const { rows, cursors } = loaded.value!;
    const next = await pagesOf(Object.keys(cursors), cursors);
    loaded.set({ rows: [...rows, ...next.rows], cursors: next.cursors });
  };
  useWorkOver(PAGE, () => void loaded.again());
  const replayAll = () => beginWork({ name: `${say('replay_all')}: ${say('dead_letters')}`, to: PAGE, total: count, pieces: allDead(services) });
  const replay = async (entry: Entry) => {
    await replayOne(entry);
    toast(say('replayed'));
    await loaded.again();
  };
  return (
    <section class="card">
      <div class="head">
        <h2 class="grow">{say('dead_letters')}</h2>
        {count > 1 && <Button size="small" icon="again" onPress={replayAll}>{say('replay_all')}</Button>}
      </div>
      <Shown of={loaded}>
        {({ rows, cursors }) => rows.length === 0 ? <p class="body muted">{say('no_dead')}</p> : (
          <>
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
            {Object.keys(cursors).length > 0 && <div class="foot"><Button wide onPress={more}>{say('show_more')}</Button></div>}
          </>
        )}
      </Shown>
      {dropped && <Drop entry={dropped} onClose={() => setDropped(null)} onDone={() => { setDropped(null); void loaded.again(); }} />}
    </section>
  );
}
