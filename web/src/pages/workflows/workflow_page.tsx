// workflow_page.tsx - one workflow: drawn, where its cases stand, its versions, its text.
import { useState } from 'preact/hooks';
import { get, Page, query } from '../../app/api';
import { useLoad } from '../../app/load';
import { useSession } from '../../app/session';
import { Title } from '../../app/shell';
import { isDark } from '../../app/theme';
import { label, Label, language, number, say } from '../../app/words';
import { useWorkOver } from '../../app/works';
import { Button, Choice } from '../../design/button';
import { Badge, Bones, Note, Shown } from '../../design/states';
import { CrossingDialog } from './crossing';
import { Version } from './workflows_page';

interface Place {
  name: string;
  label: Label;
  is_end: boolean;
  is_hidden: boolean;
  count: number;
  is_minimum: boolean;
}

interface Seen {
  versions: Version[];
  places: Place[];
  text: string;
}

function Heat({ places }: { places: Place[] }) {
  const open = places.filter(({ is_end, is_hidden }) => !is_end && !is_hidden);
  const most = Math.max(1, ...open.map(({ count }) => count));
  return (
    <ul class="heat">
      {open.map((place) => (
        <li key={place.name}>
          <span>{label(place.label, place.name)}</span>
          <span class="bar" aria-hidden="true"><span style={{ width: `${(place.count / most) * 100}%` }} /></span>
          <span class="number">{number(place.count)}{place.is_minimum ? '+' : ''}</span>
        </li>
      ))}
    </ul>
  );
}

/** What its participants call it, for a reader who is one. */
export function useWorkflowName(workflow: string): string {
  const { doors } = useSession();
  return label(doors?.find((door) => door.workflow === workflow)?.label, workflow);
}

export function WorkflowPage({ service, workflow }: Record<string, string>) {
  const [version, setVersion] = useState('');
  const [movingTo, setMovingTo] = useState<number | null>(null);
  const { may } = useSession();
  const name = useWorkflowName(workflow!);
  const at = `/api/workflows/${service}/${workflow}`;
  const loaded = useLoad<Seen>(async () => {
    const asked = query({ version });
    const [all, counts, written] = await Promise.all([
      get<Page<Version>>(`/api/workflows/${service}`),
      get<{ places: Place[] }>(`${at}/places${asked}`),
      get<{ text: string }>(`${at}${asked}`),
    ]);
    return { versions: all.items.filter((one) => one.workflow === workflow), places: counts.places, text: written.text };
  }, [service, workflow, version]);
  const page = `/app/workflows/${service}/${workflow}`;
  useWorkOver(page, () => void loaded.again());
  const picture = `${at}/picture${query({ version, language: language(), theme: isDark() ? 'dark' : 'light' })}`;
  return (
    <Shown of={loaded} bones={<Bones rows={6} height={32} />}>
      {({ versions, places, text }) => {
        const newest = versions.find(({ is_newest }) => is_newest);
        return (
          <>
            <Title back={say('workflows')} backTo="/app/workflows" actions={versions.length > 1 && (
              <Choice name={say('version')} value={version || String(newest?.version ?? '')} onChange={setVersion}
                options={versions.map((one) => ({ value: String(one.version), text: say('version_number', { number: one.version }) }))} />
            )}>{name}</Title>
            {versions.filter(({ held_up }) => held_up).map((one) => <Note key={one.version} tone="bad">{say('version_number', { number: one.version })}: {one.held_up}</Note>)}
            <section class="card">
              <div class="head"><h2>{say('picture')}</h2></div>
              <div class="body"><div class="net fits" tabIndex={0} role="region" aria-label={say('picture')}><img src={picture} alt={say('picture_of_workflow', { name })} /></div></div>
            </section>
            <section class="card">
              <div class="head"><h2>{say('where_cases_are')}</h2></div>
              <div class="body"><Heat places={places} /></div>
            </section>
            <section class="card">
              <div class="head"><h2>{say('versions')}</h2></div>
              <ul class="rows">
                {versions.map((one) => (
                  <li key={one.version} class="item">
                    <span class="grow">{say('version_number', { number: one.version })}{one.is_newest && <> <Badge tone="good">{say('newest')}</Badge></>}</span>
                    <span class="small muted">{one.file}</span>
                    <Badge>{say('open_count', { count: one.open ?? 0 })}</Badge>
                    {may('workflows.write') && versions.some((other) => other.version !== one.version && (other.open ?? 0) > 0) && (
                      <Button size="small" onPress={() => setMovingTo(one.version)}>{say('move_here')}<span class="unseen"> {one.version}</span></Button>
                    )}
                  </li>
                ))}
              </ul>
            </section>
            <section class="card">
              <div class="head"><h2>{say('definition')}</h2></div>
              <pre class="text" tabIndex={0} role="region" aria-label={say('definition')}>{text}</pre>
            </section>
            {movingTo !== null && (
              <CrossingDialog at={at} page={page} to={movingTo} onClose={() => setMovingTo(null)} />
            )}
          </>
        );
      }}
    </Shown>
  );
}
