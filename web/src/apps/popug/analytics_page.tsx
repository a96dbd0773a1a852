// analytics_page.tsx - what the management asks every morning: earned, owed, and the dearest task.
import { useState } from 'preact/hooks';
import { useLoad } from '../../app/load';
import { Title } from '../../app/shell';
import { number, say as sayPlain } from '../../app/words';
import { Choice } from '../../design/button';
import { Bones, Shown } from '../../design/states';
import { Bars } from './bars';
import { useBoardChanges } from './changes';
import { change, sum, toneOf } from './money';
import { Analytics, AnalyticsDay, money } from './money_api';
import { say } from './words/say';

const BOOKED_MS = 2500;
type Length = '7' | '30' | '92';

function Dearest({ name, id, title, minor, currency }: { name: string; id: string | null; title: string | null; minor: number | null; currency: string }) {
  return (
    <div class="card tile">
      <span class="muted small">{name}</span>
      <span class="figure">{minor === null ? sayPlain('nothing') : sum(minor, currency)}</span>
      {id && title ? <a class="small" href={`/app/popug/tasks/${id}`}>{title}</a> : <span class="small muted">{say('none_done_then')}</span>}
    </div>
  );
}

function Tiles({ of }: { of: Analytics }) {
  return (
    <>
      <section class="tiles" aria-label={say('today')}>
        <div class="card tile"><span class="muted small">{say('earning_today')}</span><span class={`figure number ${toneOf(of.earning_minor) ?? ''}`}>{change(of.earning_minor, of.currency)}</span><span class="small muted">{say('earning_about')}</span></div>
        <div class="card tile"><span class="muted small">{say('in_the_red')}</span><span class="figure">{number(of.in_the_red)}</span><span class="small muted">{say('owe_together', { sum: sum(of.owed_minor, of.currency) })}</span></div>
      </section>
      <section class="tiles" aria-label={say('dearest')}>
        <Dearest name={say('dearest_of_day')} id={of.dearest_of_day_id} title={of.dearest_of_day_title} minor={of.dearest_of_day_minor} currency={of.currency} />
        <Dearest name={say('dearest_of_week')} id={of.dearest_of_week_id} title={of.dearest_of_week_title} minor={of.dearest_of_week_minor} currency={of.currency} />
        <Dearest name={say('dearest_of_month')} id={of.dearest_of_month_id} title={of.dearest_of_month_title} minor={of.dearest_of_month_minor} currency={of.currency} />
      </section>
    </>
  );
}

function Charts({ days }: { days: AnalyticsDay[] }) {
  const oldestFirst = [...days].reverse();
  return (
    <div class="charts">
      <section class="card">
        <div class="head"><h2>{say('earning_by_day')}</h2></div>
        <div class="body"><Bars name={say('earning_by_day')} bars={oldestFirst.map(({ day, earning_minor, currency }) => ({ day, value: earning_minor, text: change(earning_minor, currency) }))} /></div>
      </section>
      <section class="card">
        <div class="head"><h2>{say('dearest_by_day')}</h2></div>
        <div class="body"><Bars name={say('dearest_by_day')} bars={oldestFirst.map(({ day, dearest_minor, dearest_title, currency }) => ({ day, value: dearest_minor ?? 0, text: dearest_minor === null ? sayPlain('nothing') : `${sum(dearest_minor, currency)} · ${dearest_title}` }))} /></div>
      </section>
    </div>
  );
}

export function AnalyticsPage() {
  const [length, setLength] = useState<Length>('30');
  const now = useLoad(() => money.analytics(), []);
  const days = useLoad(() => money.analyticsDays(Number(length)), [length]);
  useBoardChanges(() => {
    void now.again();
    void days.again();
  }, undefined, BOOKED_MS);
  return (
    <>
      <Title actions={<Choice name={say('how_many_days')} value={length} onChange={setLength} options={(['7', '30', '92'] as const).map((value) => ({ value, text: say('days_count', { count: Number(value) }) }))} />}>{say('analytics')}</Title>
      <Shown of={now} bones={<Bones rows={4} height={48} />}>{(of) => <Tiles of={of} />}</Shown>
      <Shown of={days} bones={<Bones rows={3} height={48} />}>{({ items }) => <Charts days={items} />}</Shown>
    </>
  );
}
