// unread.ts - how many messages somebody has not read; live.
import { useEffect, useState } from 'preact/hooks';
import { get } from './api';
import { useSession } from './session';
import { watch } from './stream';

export const INBOX_EVENTS = '/api/inbox/events';
export const INBOX_CHANGED = ['notifications.inbox_changed'];

export function useUnread(): number {
  const { services } = useSession();
  const [count, setCount] = useState(0);
  const isThere = services.some(({ name }) => name === 'notifications');
  useEffect(() => {
    if (!isThere) return;
    const look = () => void get<{ unread: number }>('/api/inbox/unread').then(({ unread }) => setCount(unread), () => {});
    look();
    return watch(INBOX_EVENTS, INBOX_CHANGED, (told) => {
      if (typeof told.data?.unread === 'number') setCount(told.data.unread);
      else look();
    });
  }, [isThere]);
  return count;
}
