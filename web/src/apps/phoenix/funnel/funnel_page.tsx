// funnel_page.tsx - what has become of requests: how many come to each step, where they stand, how long they stay.
import { useState } from 'preact/hooks';
import { get } from '../../../app/api';
import { About, flow } from '../../../app/flow';
import { useChanges } from '../../../app/live';
import { useLoad } from '../../../app/load';
import { useSession } from '../../../app/session';
import { Title } from '../../../app/shell';
import { ago, date, label, moment, number } from '../../../app/words';
import { Choice } from '../../../design/button';
import { Bones, Empty, Note, Shown } from '../../../design/states';
import { doorsOf, STAFF } from '../door';
import { lasting, tell } from '../words';
import { DayBars } from './day_bars';

type Begun = Record<'opened' | 'submitted' | 'approved' | 'completed' | 'rejected' | 'abandoned', number>;
interface Place {
  place: string;
  now: number;
  oldest_since: string | null;
  entered: number;
  left: number;
  median_ms: number | null;
  p90_ms: number | null;
}
export interface Funnel {
  zone: string;
  first_day: string;
  last_day: string;
  counts_all: boolean;
  places: Place[];
  begun: Begun;
  days: { day: string; entered: Record<string, number>; left: Record<string, number>; begun: Begun }[];
}

const WINDOWS = ['7', '30', '90', '365'] as const;
const STEPS = ['opened', 'submitted', 'approved', 'completed'] as const;
const percent = (part: number, whole: number) => (whole === 0 ? '—' : `${number((part / whole) * 100, 0)} %`);
const time = (ms: number | null) => (ms === null ? '—' : lasting(ms / 1000));

function Tile({ name, figure, about }: { name: string; figure: string; about: string }) {
  return <div class="card tile"><span class="small muted">{name}</span><span class="figure">{figure}</span><span class="small muted">{about}</span></div>;
}

function Tiles({ of }: { of: Funnel }) {
  const moderation = of.places.find(({ place }) => place === 'moderation');
  const { opened, completed, submitted, rejected } = of.begun;
  return (
    <div class="tiles">
      <Tile name={tell('tile_begun')} figure={number(opened)} about={tell('tile_begun_about', { count: submitted })} />
      <Tile name={tell('tile_conversion')} figure={percent(completed, opened)} about={tell('tile_conversion_about', { completed, opened })} />
      <Tile name={tell('tile_moderation')} figure={number(moderation?.now ?? 0)}
        about={moderation?.oldest_since ? tell('tile_oldest', { when: ago(moderation.oldest_since) }) : tell('queue_empty_title')} />
      <Tile name={tell('tile_speed')} figure={time(moderation?.median_ms ?? null)} about={tell('tile_speed_about', { time: time(moderation?.p90_ms ?? null) })} />
      <Tile name={tell('tile_rejected')} figure={percent(rejected, submitted)} about={tell('tile_rejected_about', { rejected, submitted })} />
    </div>
  );
}

/** Of those that began in the window: how many have come to each step so far. */
function Steps({ begun }: { begun: Begun }) {
  return (
    <section class="card" aria-label={tell('funnel_steps')}>
      <div class="head"><h2 class="grow">{tell('funnel_steps')}</h2></div>
      <ol class="funnel body">
        {STEPS.map((step, i) => (
          <li key={step}>
            <span class="name">{tell(`funnel_${step}`)}</span>
            <svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect width={begun.opened === 0 ? 0 : (begun[step] / begun.opened) * 100} height="10" rx="1" /></svg>
            <span class="number"><strong>{number(begun[step])}</strong> <span class="small muted">{i === 0 || begun[STEPS[i - 1]!] === 0 ? '' : tell('of_before', { percent: percent(begun[step], begun[STEPS[i - 1]!]) })}</span></span>
          </li>
        ))}
        <li class="lost"><span class="name">{tell('funnel_lost')}</span><span class="muted">{tell('lost_about', { rejected: begun.rejected, abandoned: begun.abandoned })}</span></li>
      </ol>
    </section>
  );
}

function Places({ of, about }: { of: Funnel; about: About }) {
  const nameOf = (place: string) => label(about.places.find(({ name }) => name === place)?.label, place);
  return (
    <section class="card" aria-label={tell('where_they_stand')}>
      <div class="head"><h2>{tell('where_they_stand')}</h2></div>
      <div class="scroll" tabIndex={0} role="group" aria-label={tell('where_they_stand')}>
        <table>
          <thead><tr><th>{tell('where')}</th><th class="end">{tell('now')}</th><th>{tell('oldest')}</th><th class="end">{tell('came')}</th><th class="end">{tell('went')}</th><th>{tell('median')}</th><th>{tell('p90')}</th></tr></thead>
          <tbody>
            {of.places.map((place) => {
              const isEnd = about.places.find(({ name }) => name === place.place)?.is_end;
              return (
                <tr key={place.place}>
                  <td>{isEnd ? nameOf(place.place) : <a href={`/app/phoenix/queue?place=${place.place}`}>{nameOf(place.place)}</a>}</td>
                  <td class="end number">{number(place.now)}</td>
                  <td class="nowrap">{place.oldest_since && !isEnd ? <span title={moment(place.oldest_since)}>{ago(place.oldest_since)}</span> : <span class="muted">—</span>}</td>
                  <td class="end number">{number(place.entered)}</td><td class="end number">{isEnd ? '—' : number(place.left)}</td>
                  <td class="nowrap">{isEnd ? '—' : time(place.median_ms)}</td><td class="nowrap">{isEnd ? '—' : time(place.p90_ms)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </section>
  );
}

export function FunnelPage() {
  const session = useSession();
  const [days, setDays] = useState<(typeof WINDOWS)[number]>('30');
  const loaded = useLoad(async (signal) => {
    const [about, of] = await Promise.all([flow.about(STAFF), get<Funnel>(`/api/phoenix/funnel?days=${days}`, signal)]);
    return { about, of };
  }, [days]);
  useChanges(doorsOf(session, STAFF), () => void loaded.again());
  return (
    <>
      <Title under={loaded.value ? <span class="muted">{tell('funnel_window', { from: date(loaded.value.of.first_day), to: date(loaded.value.of.last_day), zone: loaded.value.of.zone })}</span> : undefined}
        actions={<Choice name={tell('window')} value={days} onChange={setDays} options={WINDOWS.map((value) => ({ value, text: tell('days', { count: Number(value) }) }))} />}>
        {tell('funnel')}
      </Title>
      <Shown of={loaded} bones={<Bones rows={6} height={48} />}>
        {({ about, of }) => (
          <>
            {!of.counts_all && <Note>{tell('still_counting')}</Note>}
            <Tiles of={of} />
            {of.begun.opened === 0 && of.places.every(({ now }) => now === 0)
              ? <div class="card"><Empty icon="bars" title={tell('no_requests_title')}><p>{tell('no_requests')}</p></Empty></div>
              : (
                <>
                  <div class="side-by-side">
                    <div><Steps begun={of.begun} /></div>
                    <div><DayBars days={of.days} /></div>
                  </div>
                  <Places of={of} about={about} />
                </>
              )}
          </>
        )}
      </Shown>
    </>
  );
}
