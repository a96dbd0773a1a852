// words.ts - what is said, in the reader's language: sentences, plurals, dates, money.
import { en } from '../words/en';
import { ru } from '../words/ru';

export type Language = 'ru' | 'en';
export type Key = keyof typeof en;
export type Forms = { one?: string; few?: string; many?: string; other: string };
export type Label = { ru?: string; en?: string } | null | undefined;
type Values = Record<string, string | number>;

/** What an app says beside the platform: the same keys in both languages. */
export type Catalogue = Record<string, string | Forms>;

const KEPT_AS = 'kontora.language';
const catalogues: Record<Language, Record<Key, string | Forms>> = { en, ru };
const listeners = new Set<() => void>();

function guess(): Language {
  const kept = localStorage.getItem(KEPT_AS);
  if (kept === 'ru' || kept === 'en') return kept;
  return navigator.languages.some((name) => name.startsWith('ru')) ? 'ru' : 'en';
}

let spoken: Language = guess();
document.documentElement.lang = spoken;

export const language = () => spoken;

export function speak(chosen: Language): void {
  spoken = chosen;
  localStorage.setItem(KEPT_AS, chosen);
  document.documentElement.lang = chosen;
  listeners.forEach((tell) => tell());
}

export function whenLanguageChanges(tell: () => void): () => void {
  listeners.add(tell);
  return () => listeners.delete(tell);
}

/** A sentence with {names}; where it has forms, {count} chooses. */
export function say(key: Key, values: Values = {}): string {
  return filled(catalogues[spoken][key], values);
}

/** The `say` of an app, which keeps its words in files of its own. */
export function speaker<T extends Catalogue>(english: T, russian: Record<keyof T, string | Forms>) {
  return (key: keyof T, values: Values = {}): string =>
    filled((spoken === 'ru' ? russian : english)[key], values);
}

function filled(entry: string | Forms, values: Values): string {
  const text = typeof entry === 'string' ? entry : formOf(entry, Number(values.count ?? 0));
  return text.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    return typeof value === 'number' ? number(value) : String(value ?? '');
  });
}

function formOf(forms: Forms, count: number): string {
  const rule = new Intl.PluralRules(spoken).select(count) as keyof Forms;
  return forms[rule] ?? forms.other;
}

/** Has the catalogue this key? For codes that the server may know and we may not. */
export function knows(key: string): key is Key {
  return key in en;
}

/** What a definition calls a thing, or its bare name. */
export function label(of: Label, name = ''): string {
  return of?.[spoken] || of?.[spoken === 'ru' ? 'en' : 'ru'] || humane(name);
}

function humane(name: string): string {
  const words = name.replace(/_/g, ' ').replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export function number(value: number, digits?: number): string {
  return new Intl.NumberFormat(spoken, { maximumFractionDigits: digits ?? 2 }).format(value);
}

export function money(amount: string, currency: string): string {
  const value = Number(amount);
  return new Intl.NumberFormat(spoken, {
    style: 'currency',
    currency,
    currencyDisplay: 'narrowSymbol',
    minimumFractionDigits: Number.isInteger(value) ? 0 : 2,
  }).format(value);
}

export function date(at: string): string {
  const day = at.length === 10 ? new Date(`${at}T00:00:00`) : new Date(at);
  const sameYear = day.getFullYear() === new Date().getFullYear();
  return new Intl.DateTimeFormat(spoken, {
    day: 'numeric',
    month: sameYear ? 'long' : 'short',
    year: sameYear ? undefined : 'numeric',
  }).format(day);
}

export function moment(at: string | number): string {
  return new Intl.DateTimeFormat(spoken, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(at));
}

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000], ['month', 2_592_000], ['week', 604_800], ['day', 86_400], ['hour', 3_600], ['minute', 60],
];

/** "5 minutes ago", "yesterday". */
export function ago(at: string | number, now = Date.now()): string {
  const seconds = Math.round((new Date(at).getTime() - now) / 1000);
  const [unit, size] = STEPS.find(([, step]) => Math.abs(seconds) >= step) ?? ['second', 0];
  if (size === 0) return say('just_now');
  return new Intl.RelativeTimeFormat(spoken, { numeric: 'auto' }).format(Math.round(seconds / size), unit);
}
