// chart.tsx - a small line of numbers over time.
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { language, number } from '../app/words';

const HEIGHT = 120;

function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function optionsFor(width: number): uPlot.Options {
  const axis = { stroke: colour('--muted'), grid: { stroke: colour('--line'), width: 1 }, ticks: { show: false }, font: '11px system-ui' };
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    cursor: { y: false },
    scales: { x: { time: true }, y: { range: (_, min, max) => [Math.min(0, min), Math.max(max * 1.15, 1)] } },
    axes: [
      { ...axis, values: (_, at) => at.map((value) => new Intl.DateTimeFormat(language(), { hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(value * 1000)), space: 90, size: 26 },
      { ...axis, values: (_, at) => at.map((value) => number(value)), size: 44, space: 30 },
    ],
    series: [{}, { stroke: colour('--accent'), width: 1.8, fill: colour('--accent-soft'), points: { show: false } }],
  };
}

export interface Line {
  times: number[]; // seconds
  values: (number | null)[];
}

export function Chart({ name, unit, line }: { name: string; unit: string; line: Line }) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  useEffect(() => {
    plot.current = new uPlot(optionsFor(place.current!.clientWidth), [line.times, line.values], place.current!);
    const watcher = new ResizeObserver(() => plot.current?.setSize({ width: place.current!.clientWidth, height: HEIGHT }));
    watcher.observe(place.current!);
    return () => {
      watcher.disconnect();
      plot.current?.destroy();
    };
  }, []);
  useEffect(() => plot.current?.setData([line.times, line.values]), [line]);
  const last = line.values.at(-1);
  return (
    <figure class="card chart">
      <figcaption class="row"><h3 class="grow">{name}</h3><span class="number">{last == null ? '—' : number(last)} <span class="muted small">{unit}</span></span></figcaption>
      <div ref={place} aria-hidden="true" />
    </figure>
  );
}
