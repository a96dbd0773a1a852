// incidents_page.tsx - cases that stand still until a person has looked at them; one by one, or many together.
import { useState } from 'preact/hooks';
import { get, Page, query } from '../../app/api';
import { useLoad } from '../../app/load';
import { useSession } from '../../app/session';
import { Title } from '../../app/shell';
import { ago, say } from '../../app/words';
import { useWorkOver } from '../../app/works';
import { Button } from '../../design/button';
import { ChosenBar, Tick, useChosen } from '../../design/chosen';
import { Badge, Bones, Empty, Shown } from '../../design/states';
import { MendMany, StandsStill } from './mend_many';
import { Way } from './mend_page';

export interface CaseEntry {
  case_id: string;
  workflow: string;
  version: number;
  places: string[];
  incidents: number;
  changed_at: string;
}

const PAGE_MAX = 200;
const WAYS: Way[] = ['retry', 'skip', 'move', 'cancel'];

const nameOf = ({ workflow, case_id: id }: CaseEntry) => `${workflow} · № ${id.slice(-6)}`;

async function pageOf(service: string, cursor?: string | null, limit?: number): Promise<Page<CaseEntry>> {
  return get<Page<CaseEntry>>(`/api/cases/${service}${query({ state: 'incident', cursor, limit })}`);
}

/** Those in the list, and those behind its end. */
async function* everything(services: string[]): AsyncGenerator<StandsStill> {
  for (const service of services) {
    let cursor: string | null = null;
    do {
      const page: Page<CaseEntry> = await pageOf(service, cursor, PAGE_MAX);
      for (const entry of page.items) yield { service, caseId: entry.case_id, name: nameOf(entry) };
      cursor = page.next;
    } while (cursor !== null);
  }
}

interface Listed {
  rows: { service: string; entry: CaseEntry }[];
  cursors: Record<string, string>; // of the services that have more
}

async function list(services: string[], cursors: Record<string, string>): Promise<Listed> {
  const pages = await Promise.all(services.map(async (service) => ({ service, page: await pageOf(service, cursors[service]) })));
  const left = pages.flatMap(({ service, page }) => (page.next === null ? [] : [[service, page.next]]));
  return { rows: pages.flatMap(({ service, page }) => page.items.map((entry) => ({ service, entry }))), cursors: Object.fromEntries(left) };
}

type Doing = { way: Way; of: StandsStill[] | null }; // null: of all

export function IncidentsPage() {
  const session = useSession();
  const services = session.services.filter(({ has_cases }) => has_cases).map(({ name }) => name);
  const chosen = useChosen();
  const [doing, setDoing] = useState<Doing | null>(null);
  const loaded = useLoad<Listed>(() => list(services, {}), [services.join(' ')]);
  useWorkOver('/app/workflows/incidents', () => void loaded.again());
  const rows = loaded.value?.rows ?? [];
  const mends = session.may('cases.mend');
  const picked = rows.filter(({ entry }) => chosen.ids.has(entry.case_id));
  const isOneWorkflow = new Set(picked.map(({ service, entry }) => `${service}/${entry.workflow}`)).size === 1;
  const hasMore = Object.keys(loaded.value?.cursors ?? {}).length > 0;
  const more = async () => {
    const before = loaded.value!;
    const next = await list(Object.keys(before.cursors), before.cursors);
    loaded.set({ rows: [...before.rows, ...next.rows], cursors: next.cursors });
  };
  const begun = () => {
    setDoing(null);
    chosen.clear();
  };
  return (
    <>
      <Title back={say('workflows')} backTo="/app/workflows" actions={mends && rows.length > 1 && (
        <>
          <Button kind="quiet" onPress={() => chosen.all(rows.map(({ entry }) => entry.case_id))}>{say('choose_all')}</Button>
          <Button icon="again" onPress={() => setDoing({ way: 'retry', of: null })}>{say('mend_all')}</Button>
        </>
      )}>{say('incidents')}</Title>
      <section class="card">
        <Shown of={loaded} bones={<div class="body"><Bones rows={3} height={36} /></div>}>
          {() => rows.length === 0 ? <Empty icon="check" title={say('no_incidents_title')}><p>{say('no_incidents')}</p></Empty> : (
            <>
              <ul class="rows">
                {rows.map(({ service, entry }) => (
                  <li key={entry.case_id} class={mends ? 'item' : undefined}>
                    {mends && <Tick id={entry.case_id} title={nameOf(entry)} chosen={chosen} />}
                    <a class={mends ? 'whole' : 'item'} data-walk href={`/app/mend/${service}/${entry.case_id}`}>
                      <div class="grow"><div class="title">{nameOf(entry)}</div><div class="small muted">{ago(entry.changed_at)}</div></div>
                      <Badge>{entry.places.join(', ')}</Badge>
                      <Badge tone="bad">{say('incidents_count', { count: entry.incidents })}</Badge>
                    </a>
                  </li>
                ))}
              </ul>
              {hasMore && <div class="foot"><Button wide onPress={more}>{say('show_more')}</Button></div>}
            </>
          )}
        </Shown>
      </section>
      {picked.length > 0 && (
        <ChosenBar chosen={chosen} about={say('chosen_count', { count: picked.length })}>
          {WAYS.map((way) => (
            <Button key={way} size="small" kind={way === 'cancel' ? 'danger' : undefined} disabledBy={way === 'move' && !isOneWorkflow ? say('one_workflow_only') : undefined}
              onPress={() => setDoing({ way, of: picked.map(({ service, entry }) => ({ service, caseId: entry.case_id, name: nameOf(entry) })) })}>{say(`mend_${way}`)}</Button>
          ))}
        </ChosenBar>
      )}
      {doing && <MendMany way={doing.way} of={doing.of ?? everything(services)} count={doing.of?.length ?? (hasMore ? null : rows.length)}
        onClose={() => setDoing(null)} onBegun={begun} />}
    </>
  );
}
