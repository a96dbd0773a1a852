// day_bars.tsx - how many requests began each day, and how many of those are set up by now; drawn.
import { date, number } from '../../../app/words';
import { tell } from '../words';
import type { Funnel } from './funnel_page';

const WIDTH = 560;
const HEIGHT = 170;
const BOTTOM = 20;
const LEFT = 44;
const BARS_MAX = 60;

interface Bar {
  from: string;
  to: string;
  opened: number;
  completed: number;
}

/** Many days are put together, so that each bar can be seen. */
function barsOf(days: Funnel['days']): Bar[] {
  const size = Math.ceil(days.length / BARS_MAX);
  const bars: Bar[] = [];
  for (let i = 0; i < days.length; i += size) {
    const part = days.slice(i, i + size);
    const sum = (name: 'opened' | 'completed') => part.reduce((all, { begun }) => all + begun[name], 0);
    bars.push({ from: part[0]!.day, to: part.at(-1)!.day, opened: sum('opened'), completed: sum('completed') });
  }
  return bars;
}

function niceTop(value: number): number {
  const steps = [4, 10, 20, 40, 100, 200, 400];
  const scale = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(value, 1))) - 2);
  return (steps.find((step) => step * scale >= value) ?? Math.ceil(value / 400) * 400) * scale;
}

export function DayBars({ days }: { days: Funnel['days'] }) {
  const bars = barsOf(days);
  const top = niceTop(Math.max(...bars.map(({ opened }) => opened)));
  const step = (WIDTH - LEFT) / bars.length;
  const y = (value: number) => (HEIGHT - BOTTOM) * (1 - value / top) + 4;
  const named = [0, Math.floor(bars.length / 2), bars.length - 1].filter((at, i, all) => all.indexOf(at) === i);
  const anchors = ['start', 'middle', 'end'] as const;
  const sum = (name: 'opened' | 'completed') => bars.reduce((all, bar) => all + bar[name], 0);
  return (
    <figure class="card day-bars">
      <figcaption class="head">
        <h2 class="grow">{tell('by_day')}</h2>
        <span class="small legend"><span class="dot opened" />{tell('funnel_opened')}</span><span class="small legend"><span class="dot completed" />{tell('funnel_completed')}</span>
      </figcaption>
      <div class="body">
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT + 6}`} role="img" aria-label={tell('by_day_said', { opened: sum('opened'), completed: sum('completed') })}>
          {[0, top / 2, top].map((value) => (
            <g key={value}><line x1={LEFT} x2={WIDTH} y1={y(value)} y2={y(value)} /><text x={LEFT - 6} y={y(value) + 4} text-anchor="end">{number(value)}</text></g>
          ))}
          {bars.map((bar, i) => (
            <g key={bar.from}>
              <title>{`${date(bar.from)}${bar.to === bar.from ? '' : ` - ${date(bar.to)}`}: ${bar.opened} / ${bar.completed}`}</title>
              <rect class="opened" x={LEFT + i * step + step * 0.12} width={step * 0.76} y={y(bar.opened)} height={y(0) - y(bar.opened)} />
              <rect class="completed" x={LEFT + i * step + step * 0.12} width={step * 0.76} y={y(bar.completed)} height={y(0) - y(bar.completed)} />
            </g>
          ))}
          {named.map((at, i) => <text key={at} x={at === 0 ? LEFT : i === named.length - 1 ? WIDTH : LEFT + (at + 0.5) * step} y={HEIGHT + 4} text-anchor={named.length === 1 ? 'start' : i === named.length - 1 ? 'end' : anchors[i]}>{date(at === 0 ? bars[at]!.from : bars[at]!.to)}</text>)}
        </svg>
      </div>
    </figure>
  );
}
