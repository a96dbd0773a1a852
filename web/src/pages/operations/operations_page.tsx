// operations_page.tsx - how the house is: services, queues, and live rates as small lines.
import { useEffect, useState } from 'preact/hooks';
import { get, getText, Problem } from '../../app/api';
import { asProblem, useLoad } from '../../app/load';
import { readMetrics, Sample, sum } from '../../app/metrics';
import { useSession } from '../../app/session';
import { Title } from '../../app/shell';
import { number, say } from '../../app/words';
import { Chart, Line } from '../../design/chart';
import { Badge, Bones, Note, Shown, Trouble } from '../../design/states';
import { Dead } from './dead_card';
import { Identities } from './identities_card';

const EVERY_MS = 2000;
const KEPT = 150; // five minutes

interface Moment {
  at: number;
  samples: Sample[];
}

interface Health {
  status: string;
  services: Record<string, string>;
  remarks?: Record<string, string[]>;
}

function useMoments(): { moments: Moment[]; problem: Problem | null } {
  const [moments, setMoments] = useState<Moment[]>([]);
  const [problem, setProblem] = useState<Problem | null>(null);
  useEffect(() => {
    let isEnded = false;
    let next: number | undefined;
    const look = async () => {
      try {
        const samples = readMetrics(await getText('/metrics'));
        if (isEnded) return;
        setMoments((before) => [...before.slice(1 - KEPT), { at: Date.now() / 1000, samples }]);
        setProblem(null);
      } catch (error) {
        if (!isEnded) setProblem(asProblem(error));
      }
      if (!isEnded) next = window.setTimeout(look, EVERY_MS);
    };
    void look();
    return () => {
      isEnded = true;
      clearTimeout(next);
    };
  }, []);
  return { moments, problem };
}

/** How much it grew each second, or with `each` how much of it there was for each of those. */
function rate(moments: Moment[], name: string, each?: string): Line {
  const times = moments.map(({ at }) => at);
  const values = moments.map((now, i) => {
    const before = moments[i - 1];
    if (!before) return null;
    const grown = sum(now.samples, name) - sum(before.samples, name);
    const by = each ? sum(now.samples, each) - sum(before.samples, each) : now.at - before.at;
    return by > 0 ? Math.max(0, grown) / by : 0;
  });
  return { times, values };
}

function scaled(line: Line, by: number): Line {
  return { times: line.times, values: line.values.map((value) => (value === null ? null : value * by)) };
}

function uptime(seconds: number): string {
  const days = Math.floor(seconds / 86_400);
  const hours = Math.floor(seconds / 3_600) % 24;
  const minutes = Math.floor(seconds / 60) % 60;
  return days > 0 ? say('days_hours', { days, hours }) : hours > 0 ? say('hours_minutes', { hours, minutes }) : say('minutes_seconds', { minutes, seconds: Math.floor(seconds % 60) });
}

function Tiles({ samples }: { samples: Sample[] }) {
  const tiles: [string, string][] = [
    [say('uptime'), uptime(sum(samples, 'kontora_uptime_seconds'))],
    [say('memory'), say('megabytes', { count: Math.round(sum(samples, 'process_resident_memory_bytes') / 1_048_576) })],
    [say('streams_open'), number(sum(samples, 'kontora_streams_open'))],
    [say('work_waiting'), number(sum(samples, 'kontora_calls_waiting') + sum(samples, 'kontora_messages_waiting'))],
  ];
  return (
    <div class="tiles">
      {tiles.map(([name, figure]) => <div class="card tile" key={name}><span class="small muted">{name}</span><span class="figure">{figure}</span></div>)}
    </div>
  );
}

function Services({ health, samples }: { health: Health; samples: Sample[] }) {
  return (
    <section class="card">
      <div class="head"><h2>{say('services')}</h2></div>
      <div class="scroll" tabIndex={0} role="region" aria-label={say('services')}>
        <table>
          <thead><tr><th>{say('service')}</th><th>{say('state')}</th><th class="end">{say('changes_made')}</th><th class="end">{say('waiting')}</th><th class="end">{say('dead')}</th></tr></thead>
          <tbody>
            {Object.entries(health.services).map(([name, state]) => {
              const dead = sum(samples, 'kontora_parked', { service: name, state: 'dead' });
              return (
                <tr key={name}>
                  <td>{name}</td>
                  <td><Badge tone={state === 'ready' ? 'good' : 'bad'}><span class="dot" />{state === 'ready' ? say('ready') : state}</Badge></td>
                  <td class="end number">{number(sum(samples, 'kontora_calls_total', { service: name }))}</td>
                  <td class="end number">{number(sum(samples, 'kontora_calls_waiting', { service: name }))}</td>
                  <td class="end number">{dead > 0 ? <Badge tone="bad">{number(dead)}</Badge> : 0}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </section>
  );
}

async function health(): Promise<Health> {
  try {
    return await get<Health>('/readyz');
  } catch (error) {
    const problem = asProblem(error);
    if (problem.status === 503) return { status: 'not ready', services: {} };
    throw problem;
  }
}

export function OperationsPage() {
  const { moments, problem } = useMoments();
  const session = useSession();
  const loaded = useLoad(health, []);
  const last = moments.at(-1)?.samples;
  const parked = (last ?? []).filter(({ name, value }) => name === 'kontora_parked' && value > 0).map(({ labels }) => labels.service!);
  return (
    <>
      <Title>{say('operations')}</Title>
      {problem && <Trouble problem={problem} />}
      {last ? <Tiles samples={last} /> : !problem && <Bones rows={1} height={76} />}
      <Shown of={loaded}>
        {(now) => (
          <>
            {Object.entries(now.remarks ?? {}).map(([service, remarks]) => remarks.map((remark) => <Note key={remark} tone="warn"><strong>{service}</strong>: {remark}</Note>))}
            <Services health={now} samples={last ?? []} />
          </>
        )}
      </Shown>
      <Dead services={[...new Set(parked)]} count={sum(last ?? [], 'kontora_parked', { state: 'dead' })} />
      {session.may('iam.services') && session.services.some(({ name }) => name === 'iam') && <Identities />}
      {last && moments.length > 1 && (
        <div class="charts">
          <Chart name={say('requests')} unit={say('a_second')} line={rate(moments, 'kontora_http_requests_total')} />
          <Chart name={say('changes_made')} unit={say('a_second')} line={rate(moments, 'kontora_calls_total')} />
          <Chart name={say('commit_time')} unit={say('milliseconds')} line={scaled(rate(moments, 'kontora_commit_seconds_total', 'kontora_batches_total'), 1000)} />
          <Chart name={say('events_told')} unit={say('a_second')} line={rate(moments, 'kontora_stream_events_total')} />
        </div>
      )}
    </>
  );
}
