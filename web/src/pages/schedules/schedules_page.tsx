// schedules_page.tsx - what runs by the calendar: when it ran, when it will, and run now.
import { useEffect, useState } from 'preact/hooks';
import { get, Page, post } from '../../app/api';
import { useLoad } from '../../app/load';
import { useSession } from '../../app/session';
import { Title } from '../../app/shell';
import { ago, moment, say } from '../../app/words';
import { Button } from '../../design/button';
import { Badge, Bones, Empty, Shown } from '../../design/states';
import { Sure } from '../../design/sure';
import { toast } from '../../design/toast';

interface Schedule {
  service: string;
  name: string;
  summary: string | null;
  schedule: string;
  catch_up: 'once' | 'all' | 'none';
  last_at: string | null;
  next_at: string | null;
}

const LOOK_MS = 1000; // while one that was asked for has not run
const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const;

/** "weekly sunday 00:00, Europe/Moscow" as people say it; a cron line stays as it is. */
function spoken(schedule: string): string {
  const [rule = '', zone] = schedule.split(', ');
  const [kind, first = '', second = ''] = rule.split(' ');
  const where = zone ? ` (${zone})` : '';
  if (kind === 'daily') return say('each_day', { time: first }) + where;
  if (kind === 'weekly') return say(`each_${DAYS.find((day) => day === first) ?? 'sunday'}`, { time: second }) + where;
  if (kind === 'monthly') return (first === 'last' ? say('each_last_day', { time: second }) : say('each_month', { day: first, time: second })) + where;
  if (kind === 'every') return say('every_while', { while: first });
  return rule + where;
}

function isDue({ next_at: next }: Schedule): boolean {
  return next !== null && new Date(next).getTime() <= Date.now();
}

function When({ name, at, otherwise }: { name: string; at: string | null; otherwise: string }) {
  return <span title={at ? moment(at) : undefined}>{name}: {at ? ago(at) : otherwise}</span>;
}

export function SchedulesPage() {
  const session = useSession();
  const [asked, setAsked] = useState<Schedule | null>(null);
  const names = session.services.filter(({ has_schedules }) => has_schedules).map(({ name }) => name);
  const loaded = useLoad(async (signal) => {
    const lists = await Promise.all(names.map(async (service) => {
      const { items } = await get<Page<Omit<Schedule, 'service'>>>(`/api/schedules/${service}`, signal);
      return items.map((one) => ({ ...one, service }));
    }));
    return lists.flat();
  }, [names.join(' ')]);
  const waits = (loaded.value ?? []).some(isDue);
  useEffect(() => {
    if (!waits) return;
    const timer = setTimeout(() => void loaded.again(), LOOK_MS);
    return () => clearTimeout(timer);
  }, [waits, loaded.value]);
  const run = async ({ service, name }: Schedule) => {
    await post(`/api/schedules/${service}/${name}/run`);
    setAsked(null);
    toast(say('schedule_runs'));
    await loaded.again();
  };
  return (
    <>
      <Title under={<p class="muted">{say('schedules_about')}</p>}>{say('schedules')}</Title>
      <section class="card">
        <Shown of={loaded} bones={<div class="body"><Bones rows={3} height={36} /></div>}>
          {(all) => all.length === 0 ? <Empty icon="clock" title={say('no_schedules_title')}><p>{say('no_schedules')}</p></Empty> : (
            <ul class="rows">
              {all.map((one) => (
                <li key={`${one.service}/${one.name}`} class="item">
                  <div class="grow stack-2">
                    <div class="title">{spoken(one.schedule)}</div>
                    <div class="small muted">{one.service} · {one.name}{one.summary && ` · ${one.summary}`}</div>
                    <div class="row small">
                      <When name={say('last_run')} at={one.last_at} otherwise={say('never_yet')} />
                      <When name={say('next_run')} at={one.next_at} otherwise={say('never_again')} />
                      <Badge>{say(`missed_${one.catch_up}`)}</Badge>
                    </div>
                  </div>
                  {session.may('schedules.run') && <Button size="small" busy={isDue(one)} onPress={() => setAsked(one)}>{say('run_now')}<span class="unseen"> {one.name}</span></Button>}
                </li>
              ))}
            </ul>
          )}
        </Shown>
      </section>
      {asked && <Sure title={spoken(asked.schedule)} about={say('run_now_about', { name: asked.summary ?? asked.name })} yes={say('run_now')} onYes={() => run(asked)} onClose={() => setAsked(null)} />}
    </>
  );
}
