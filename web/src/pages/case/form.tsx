// form.tsx - a form made from what an operation asks; nothing about it is written by hand.
import { JSX } from 'preact';
import { Problem } from '../../app/api';
import { FormField, Values } from '../../app/flow';
import { fieldTrouble } from '../../app/troubles';
import { label, say } from '../../app/words';
import { FilesAt, FilesField } from './files';
import { CheckField, SelectField, TextField } from '../../design/field';

/** What the workflow says of a field that is not what it must be goes before the server's English. */
function wrongOf(field: FormField, problem: Problem | null): string | null {
  const isJudged = problem?.fields.some((one) => one.field === `form.${field.name}` && one.code === 'condition');
  return isJudged && field.because ? label(field.because, field.name) : fieldTrouble(problem, `form.${field.name}`);
}

export type Draft = Record<string, string | boolean>;

const LONG_TEXT = 200;

/** Values of the case, as they are written in controls. */
export function draftOf(fields: FormField[], values: Values): Draft {
  return Object.fromEntries(fields.map((field) => {
    const value = values[field.name];
    if (field.kind === 'flag') return [field.name, value === true];
    if (value == null) return [field.name, ''];
    if (field.kind === 'texts' || field.kind === 'files') return [field.name, value.join('\n')];
    if (field.kind === 'time') return [field.name, localTime(String(value))];
    if (field.kind === 'money') return [field.name, String(value).replace(/\.00$/, '')];
    if (field.kind === 'object') return [field.name, JSON.stringify(value)];
    return [field.name, String(value)];
  }));
}

function localTime(at: string): string {
  const moment = new Date(at);
  return new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

function amount(text: string): string {
  const plain = text.replace(/[\s ]/g, '').replace(',', '.');
  return /^\d+(\.\d{0,2})?$/.test(plain) ? Number(plain).toFixed(2) : plain;
}

function valueOf(field: FormField, written: string | boolean): any {
  if (typeof written === 'boolean') return written;
  const text = written.trim();
  if (text === '') return undefined;
  switch (field.kind) {
    case 'integer': return /^-?\d+$/.test(text) ? Number(text) : text;
    case 'money': return amount(text);
    case 'texts': case 'files': return text.split('\n').map((line) => line.trim()).filter(Boolean);
    case 'time': return new Date(text).toISOString();
    case 'object': try { return JSON.parse(text); } catch { return text; }
    default: return written;
  }
}

/** What is sent: a field that was emptied is sent as null only when it had something. */
export function formOf(fields: FormField[], draft: Draft, before: Values): Values {
  const form: Values = {};
  for (const field of fields) {
    const value = valueOf(field, draft[field.name] ?? '');
    if (value !== undefined) form[field.name] = value;
    else if (before[field.name] != null && !field.required) form[field.name] = null;
  }
  return form;
}

/** Fields that must be filled in and are not. */
export function missing(fields: FormField[], draft: Draft): string[] {
  return fields.filter(({ required, kind, name }) => required && kind !== 'flag' && !String(draft[name] ?? '').trim())
    .map(({ name }) => name);
}

const TYPES: Record<string, 'email' | 'tel' | 'date' | 'datetime-local'> = { email: 'email', phone: 'tel', date: 'date', time: 'datetime-local' };

/** What a screen of its own knows better: a hint, the keyboard of a phone, what a browser may fill in. */
export type Extras = Record<string, { hint?: string; more?: JSX.IntrinsicElements['input'] }>;

export function FormFields({ fields, draft, onChange, problem, absent, extras, at }: {
  fields: FormField[]; draft: Draft; onChange: (draft: Draft) => void; problem: Problem | null; absent: string[]; extras?: Extras; at?: FilesAt;
}) {
  return (
    <div class="stack">
      {fields.map((field) => (
        <OneField key={field.name} field={field} extra={extras?.[field.name]} at={at} value={draft[field.name] ?? ''}
          wrong={absent.includes(field.name) ? say('field_required') : wrongOf(field, problem)}
          onInput={(value) => onChange({ ...draft, [field.name]: value })} />
      ))}
    </div>
  );
}

function OneField({ field, extra, at, value, wrong, onInput }: {
  field: FormField; extra?: Extras[string]; at?: FilesAt; value: string | boolean; wrong: string | null; onInput: (value: string | boolean) => void;
}) {
  const common = { name: label(field.label, field.name), wrong, optional: !field.required, onInput };
  if (field.kind === 'flag') return <CheckField name={common.name} checked={value === true} onInput={onInput} />;
  const text = String(value);
  if (field.kind === 'files') return at ? <FilesField field={field} value={text} wrong={wrong} at={at} onInput={onInput} /> : null;
  if (field.kind === 'choice') {
    const options = (field.choices ?? []).map((choice) => ({ value: choice.name, text: label(choice.label, choice.name) }));
    return <SelectField {...common} value={text} empty={say('choose')} options={options} />;
  }
  const isLong = field.kind === 'texts' || field.kind === 'object' || (field.kind === 'text' && (field.letters_max ?? 0) > LONG_TEXT);
  return (
    <TextField {...common} value={text} type={TYPES[field.kind] ?? 'text'} rows={isLong ? 3 : undefined}
      unit={field.kind === 'money' ? unitOf(field.currency ?? 'RUB') : undefined} hint={extra?.hint ?? hintOf(field)}
      more={{ inputMode: field.kind === 'money' ? 'decimal' : field.kind === 'integer' ? 'numeric' : undefined, maxLength: field.letters_max, ...extra?.more }} />
  );
}

function unitOf(currency: string): string {
  return ({ RUB: '₽', EUR: '€', USD: '$' } as Record<string, string>)[currency] ?? currency;
}

function hintOf(field: FormField): string | undefined {
  if (field.kind === 'texts') return say('one_on_a_line');
  if (field.kind === 'integer' && field.minimum != null && field.maximum != null) {
    return say('from_to', { from: Number(field.minimum), to: Number(field.maximum) });
  }
  return undefined;
}
