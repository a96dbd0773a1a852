// workflows_page.tsx - every workflow of the house, its versions, and how many cases are open.
import { get, Page } from '../../app/api';
import { useLoad } from '../../app/load';
import { useSession } from '../../app/session';
import { Title } from '../../app/shell';
import { label, say } from '../../app/words';
import { LinkButton } from '../../design/button';
import { Badge, Bones, Empty, Shown } from '../../design/states';

export interface Version {
  workflow: string;
  version: number;
  source: string;
  file: string | null;
  is_newest: boolean;
  held_up: string | null;
  open: number | null;
}

interface Known {
  service: string;
  workflow: string;
  versions: Version[];
}

function byWorkflow(service: string, versions: Version[]): Known[] {
  const names = [...new Set(versions.map(({ workflow }) => workflow))];
  return names.map((workflow) => ({ service, workflow, versions: versions.filter((one) => one.workflow === workflow) }));
}

export function WorkflowsPage() {
  const { services, doors, may } = useSession();
  const loaded = useLoad(async () => {
    const found = await Promise.all(services.filter(({ has_cases }) => has_cases).map(async ({ name }) =>
      byWorkflow(name, (await get<Page<Version>>(`/api/workflows/${name}`)).items)));
    return found.flat();
  }, [services.length]);
  return (
    <>
      <Title actions={(
        <>
          {may('cases.read') && <LinkButton to="/app/workflows/incidents" icon="alert">{say('incidents')}</LinkButton>}
          <LinkButton to="/app/workflows/check" icon="check">{say('check_definition')}</LinkButton>
        </>
      )}>{say('workflows')}</Title>
      <section class="card">
        <Shown of={loaded} bones={<div class="body"><Bones rows={4} height={36} /></div>}>
          {(known) => known.length === 0 ? <Empty icon="flow" title={say('no_workflows_title')}><p>{say('no_workflows')}</p></Empty> : (
            <ul class="rows">
              {known.map(({ service, workflow, versions }) => (
                <li key={`${service}/${workflow}`}>
                  <a class="item" data-walk href={`/app/workflows/${service}/${workflow}`}>
                    <div class="grow">
                      <div class="title">{label(doors?.find((door) => door.workflow === workflow)?.label, workflow)}</div>
                      <div class="small muted">{service} · {say('versions_count', { count: versions.length })}</div>
                    </div>
                    {versions.some(({ held_up }) => held_up) && <Badge tone="bad">{say('held_up')}</Badge>}
                    <Badge tone="accent">{say('open_count', { count: versions.reduce((sum, { open }) => sum + (open ?? 0), 0) })}</Badge>
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
