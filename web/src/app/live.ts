// live.ts - views of many cases: told when something has changed behind any of these doors.
import { useEffect, useRef } from 'preact/hooks';
import { flow } from './flow';
import { Door } from './session';
import { watch } from './stream';

const STREAMS_MAX = 3; // a browser has six connections for one host, a person five streams
const REST_MS = 300; // many events at once are one look
const POLL_MS = 30_000; // doors beyond the streams

export function useChanges(doors: Door[] | null, onChange: () => void): void {
  const tell = useRef(onChange);
  tell.current = onChange;
  const names = (doors ?? []).map(({ kind, workflow }) => `${kind}/${workflow}`).join(' ');
  useEffect(() => {
    if (!doors || doors.length === 0) return;
    let resting: number | undefined;
    const rest = () => {
      clearTimeout(resting);
      resting = window.setTimeout(() => tell.current(), REST_MS);
    };
    const ends = doors.slice(0, STREAMS_MAX).map((door) => watch(flow.events(door), [`${door.service}.case_changed`], rest));
    const poll = doors.length > STREAMS_MAX ? window.setInterval(rest, POLL_MS) : undefined;
    return () => {
      clearTimeout(resting);
      clearInterval(poll);
      ends.forEach((end) => end());
    };
  }, [names]);
}
