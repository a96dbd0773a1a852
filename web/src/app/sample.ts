// sample.ts - made-up people and cases: how far they have come. The server does it, whichever page is looked at
// meanwhile; while something is done it is asked again.
import { useEffect } from 'preact/hooks';
import { get } from './api';
import { Loaded, useLoad } from './load';
import { Session } from './session';

export interface Sample {
  state: 'none' | 'filling' | 'filled' | 'removing';
  people: number;
  cases: number;
  total: number; // of what is being done
  left: number;
}

const AGAIN_MS = 1000;

export const SAMPLE_AT = '/app/house';

/** Is it for him, and does it run here? */
export function seesSample({ services, may }: Session, permission = 'sample.read'): boolean {
  return may(permission) && services.some(({ name }) => name === 'sample');
}

export function isUnderWay({ state }: Sample): boolean {
  return state === 'filling' || state === 'removing';
}

export function useSample(): Loaded<Sample> {
  const loaded = useLoad(() => get<Sample>('/api/sample'), []);
  const { value, isLoading, again } = loaded;
  useEffect(() => {
    if (isLoading || !value || !isUnderWay(value)) return;
    const later = window.setTimeout(() => void again(), AGAIN_MS);
    return () => clearTimeout(later);
  }, [value, isLoading]);
  return loaded;
}
