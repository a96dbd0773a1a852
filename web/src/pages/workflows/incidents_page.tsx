// incidents_page.tsx - cases that stand still until a person has looked at them.
import { get, Page } from '../../app/api';
import { useLoad } from '../../app/load';
import { useSession } from '../../app/session';
import { Title } from '../../app/shell';
import { ago, say } from '../../app/words';
import { Badge, Bones, Empty, Shown } from '../../design/states';

export interface CaseEntry {
  case_id: string;
  workflow: string;
  version: number;
  places: string[];
  incidents: number;
  changed_at: string;
}

export function IncidentsPage() {
  const { services } = useSession();
  const loaded = useLoad(async () => {
    const found = await Promise.all(services.filter(({ has_cases }) => has_cases).map(async ({ name }) => {
      const page = await get<Page<CaseEntry>>(`/api/cases/${name}?state=incident`);
      return page.items.map((entry) => ({ service: name, entry }));
    }));
    return found.flat();
  }, [services.length]);
  return (
    <>
      <Title back={say('workflows')} backTo="/app/workflows">{say('incidents')}</Title>
      <section class="card">
        <Shown of={loaded} bones={<div class="body"><Bones rows={3} height={36} /></div>}>
          {(rows) => rows.length === 0 ? <Empty icon="check" title={say('no_incidents_title')}><p>{say('no_incidents')}</p></Empty> : (
            <ul class="rows">
              {rows.map(({ service, entry }) => (
                <li key={entry.case_id}>
                  <a class="item" data-walk href={`/app/mend/${service}/${entry.case_id}`}>
                    <div class="grow"><div class="title">{entry.workflow} · № {entry.case_id.slice(-6)}</div><div class="small muted">{ago(entry.changed_at)}</div></div>
                    <Badge>{entry.places.join(', ')}</Badge>
                    <Badge tone="bad">{say('incidents_count', { count: entry.incidents })}</Badge>
                  </a>
                </li>
              ))}
            </ul>
          )}
        </Shown>
      </section>
    </>
  );
}
