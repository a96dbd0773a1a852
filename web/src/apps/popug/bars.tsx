// bars.tsx - a number for each day: bars above and below a line; the same as words for who cannot see them.
import { date, language } from '../../app/words';

export interface Bar {
  day: string;
  value: number;
  text: string; // the value as it is said
}

const LABELS_MAX = 6;

function short(day: string): string {
  return new Intl.DateTimeFormat(language(), { day: 'numeric', month: 'short' }).format(new Date(`${day}T00:00:00`));
}

function Column({ bar, high, low, isNamed }: { bar: Bar; high: number; low: number; isNamed: boolean }) {
  const whole = high - low || 1;
  const height = (100 * Math.abs(bar.value)) / whole;
  const bottom = (100 * (Math.min(bar.value, 0) - low)) / whole;
  return (
    <div class="column" title={`${date(bar.day)}: ${bar.text}`}>
      <div class="room"><span class={bar.value < 0 ? 'bar below' : 'bar'} style={{ height: `${height}%`, bottom: `${bottom}%` }} /></div>
      <span class="label">{isNamed ? short(bar.day) : ''}</span>
    </div>
  );
}

/** The oldest day first. */
export function Bars({ name, bars }: { name: string; bars: Bar[] }) {
  const values = bars.map(({ value }) => value);
  const [high, low] = [Math.max(0, ...values), Math.min(0, ...values)];
  const every = Math.max(1, Math.ceil(bars.length / LABELS_MAX));
  return (
    <figure class="popug-bars">
      <figcaption class="unseen">{name}</figcaption>
      <div class="columns" aria-hidden="true">
        <span class="zero" style={{ bottom: `calc(20px + (100% - 21px) * ${-low / (high - low || 1)})` }} />
        {bars.map((bar, i) => <Column key={bar.day} bar={bar} high={high} low={low} isNamed={(bars.length - 1 - i) % every === 0} />)}
      </div>
      <ul class="unseen">{bars.map(({ day, text }) => <li key={day}>{date(day)}: {text}</li>)}</ul>
    </figure>
  );
}
