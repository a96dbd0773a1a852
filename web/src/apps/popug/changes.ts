// changes.ts - what happens on the board while one looks at it.
import { useEffect, useRef } from 'preact/hooks';
import { watch } from '../../app/stream';

const BOARD = '/api/tasks/events';
const NAMES = ['board.task_created', 'board.task_assigned', 'board.task_finished'];
const REST_MS = 300; // many events at once are one look
const BETWEEN_MS = 2000; // and a shuffle of thousands is one now and then

export interface Happened {
  task_id: string;
  user_id?: string;
}

/** Calls `onChange` after something has happened that concerns it; `later` looks once more. */
export function useBoardChanges(onChange: () => void, concerns: (what: Happened) => boolean = () => true, later = 0): void {
  const tell = useRef({ onChange, concerns });
  tell.current = { onChange, concerns };
  useEffect(() => {
    let looked = 0;
    let resting: number | undefined;
    let after: number | undefined;
    const look = () => {
      resting = undefined;
      looked = Date.now();
      tell.current.onChange();
    };
    const end = watch(BOARD, NAMES, ({ type, data }) => {
      if (type !== 'reset' && data && !tell.current.concerns(data)) return;
      resting ??= window.setTimeout(look, Math.max(REST_MS, looked + BETWEEN_MS - Date.now()));
      if (later > 0) {
        clearTimeout(after);
        after = window.setTimeout(() => tell.current.onChange(), later);
      }
    });
    return () => {
      clearTimeout(resting);
      clearTimeout(after);
      end();
    };
  }, [later]);
}
