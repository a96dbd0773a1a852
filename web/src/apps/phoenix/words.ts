// words.ts - what the screens of phoenix say, in the reader's language.
import { language, speaker } from '../../app/words';
import { en } from './words/en';
import { ru } from './words/ru';

export const tell = speaker(en, ru);

/** "14:05" of today, else the day with it. */
export function timeOf(at: string): string {
  const then = new Date(at);
  const isToday = then.toDateString() === new Date().toDateString();
  return new Intl.DateTimeFormat(language(), isToday ? { timeStyle: 'short' } : { day: 'numeric', month: 'long', hour: '2-digit', minute: '2-digit' }).format(then);
}

const UNITS: ['day' | 'hour' | 'minute', number][] = [['day', 86_400], ['hour', 3600], ['minute', 60]];

/** "3 days", "25 minutes": how long something has lasted. */
export function lasting(seconds: number): string {
  const [unit, size] = UNITS.find(([, step]) => seconds >= step) ?? (['minute', 60] as const);
  const count = Math.max(seconds < 60 ? 0 : 1, Math.floor(seconds / size));
  return count === 0 ? tell('under_a_minute') : new Intl.NumberFormat(language(), { style: 'unit', unit, unitDisplay: 'long' }).format(count);
}
