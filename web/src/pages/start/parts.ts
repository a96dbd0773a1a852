// parts.ts - what the dashboard of the first page says: a part of each read, perhaps an old one, perhaps none.
import { useEffect, useRef } from 'preact/hooks';
import { get } from '../../app/api';
import { useChanges } from '../../app/live';
import { Loaded, useLoad } from '../../app/load';
import { Door, useSession } from '../../app/session';
import { watch } from '../../app/stream';
import { INBOX_CHANGED, INBOX_EVENTS } from '../../app/unread';

export interface Part<Data> {
  data?: Data;
  stale?: boolean; // its service does not answer: this is what it said last
  age_seconds?: number;
  missing?: boolean;
  why?: 'forbidden' | 'not_found' | 'refused' | 'unavailable';
}

export type Parts = Record<string, Part<any>>;

/** What one service with cases says. */
export interface OfService<Data> {
  service: string;
  part: Part<Data>;
}

export type Doors = { doors: Omit<Door, 'service'>[] };

/** Is there something to show, be it that nobody answers? */
export const isSeen = (part: Part<any> | undefined): boolean => part !== undefined && (!part.missing || part.why === 'unavailable');

/** Parts such as "waiting_casework": one of each service with cases. */
export function ofServices<Data>(parts: Parts, beginning: string, hidden: string[]): OfService<Data>[] {
  return Object.entries(parts)
    .filter(([name, part]) => name.startsWith(beginning) && isSeen(part))
    .map(([name, part]) => ({ service: name.slice(beginning.length), part }))
    .filter(({ service }) => !hidden.includes(service));
}

const EVERY_MS = 30_000; // a service that goes away says nothing of it
const REMEMBERED_MS = 5500; // the door shows a part again for so long (gateway.dashboard_time)

/** Looked at anew after whatever happens, and once more when nothing is remembered of before. */
export function useParts(): Loaded<Parts> {
  const session = useSession();
  const loaded = useLoad((signal) => get<{ parts: Parts }>('/api/dashboard/start', signal).then(({ parts }) => parts), []);
  const later = useRef<number | undefined>(undefined);
  const look = () => {
    clearTimeout(later.current);
    later.current = window.setTimeout(() => void loaded.again(), REMEMBERED_MS);
    void loaded.again();
  };
  useChanges(session.doors, () => {
    void session.lookAtDoors();
    look();
  });
  const hasMessages = session.services.some(({ name }) => name === 'notifications');
  useEffect(() => {
    const every = window.setInterval(() => document.hidden || void loaded.again(), EVERY_MS);
    const end = hasMessages ? watch(INBOX_EVENTS, INBOX_CHANGED, look) : () => {};
    return () => {
      end();
      clearInterval(every);
      clearTimeout(later.current);
    };
  }, [hasMessages, loaded.again]);
  return loaded;
}
