// load.ts - a value that comes from the server, with its three states.
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { Problem } from './api';

export interface Loaded<Value> {
  value: Value | undefined;
  problem: Problem | null;
  isLoading: boolean;
  again: () => Promise<void>;
  set: (value: Value) => void;
}

export function asProblem(error: unknown): Problem {
  return error instanceof Problem ? error : new Problem(-1, 'bug', String(error));
}

const refused = new Set<() => void>();

/** After signing in again: what was refused meanwhile. */
export function loadRefusedAgain(): void {
  [...refused].forEach((again) => again());
}

const AGAIN_MS = 2000;

/** Loads when it appears and whenever `deps` change; what was loaded stays visible meanwhile. When the server could
 * not be reached it is tried again until it can: what was told meanwhile must not be missed. */
export function useLoad<Value>(load: (signal: AbortSignal) => Promise<Value>, deps: unknown[]): Loaded<Value> {
  const [value, set] = useState<Value>();
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isLoading, setLoading] = useState(true);
  const running = useRef<AbortController | null>(null);
  const later = useRef<number | undefined>(undefined);

  const again = useCallback(async () => {
    running.current?.abort();
    clearTimeout(later.current);
    refused.delete(again);
    const mine = new AbortController();
    running.current = mine;
    setLoading(true);
    try {
      const loaded = await load(mine.signal);
      if (mine.signal.aborted) return;
      set(() => loaded);
      setProblem(null);
    } catch (error) {
      if (mine.signal.aborted) return;
      const trouble = asProblem(error);
      if (trouble.status === 401) refused.add(again);
      if (trouble.isOffline) later.current = window.setTimeout(() => void again(), AGAIN_MS);
      setProblem(trouble);
    }
    setLoading(false);
  }, deps);

  useEffect(() => {
    set(undefined);
    setProblem(null);
    void again();
    return () => {
      refused.delete(again);
      clearTimeout(later.current);
      running.current?.abort();
    };
  }, deps);

  return { value, problem, isLoading, again, set };
}
