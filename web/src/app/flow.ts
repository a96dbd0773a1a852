// flow.ts - cases as participants see them: the shapes of /flow/KIND/WORKFLOW/..., and how they are asked.
import { get, Page, post, query } from './api';
import { date, label, Label, moment, money, number, say } from './words';
import { isDark } from './theme';
import { language } from './words';

export interface PlaceShown { name: string; label: Label }
export interface FormField {
  name: string;
  kind: string;
  label: Label;
  required?: boolean;
  letters_min?: number;
  letters_max?: number;
  items_max?: number;
  bytes_max?: number; // of a file
  piece_bytes_max?: number;
  media_types?: string[];
  minimum?: string | number;
  maximum?: string | number;
  currency?: string;
  choices?: { name: string; label: Label }[];
  because?: Label;
}
export interface DisableReason { code: string; message: string; details: any }
export interface Offer {
  operation: string;
  label: Label;
  token?: string;
  disable_reason?: DisableReason;
  form: FormField[];
}
export type Values = Record<string, any>;
export interface CaseShown {
  case_id: string;
  workflow?: string;
  version: number;
  places: PlaceShown[];
  opened_at: string;
  closed_at: string | null;
  forms: Values;
  is_mine?: boolean;
  is_waiting?: boolean;
}
export interface State {
  case: CaseShown | null;
  operations: { operation_id: string; operation: string; status: string; created_at: string }[];
  new_operations: Offer[];
}
export interface About {
  workflow: string;
  version: number;
  label: Label;
  kind: Label;
  sees_all: boolean;
  places: (PlaceShown & { is_end: boolean })[];
  fields: FormField[];
  operations: { operation: string; label: Label; begins: boolean; form: FormField[] }[];
  found_by: string[];
}
export interface Done {
  operation_id: string;
  case_id: string;
  status: 'running' | 'succeeded' | 'failed';
  fail_reason: { code: string; message: string } | null;
}
export interface Step {
  at: string;
  transition: string;
  label?: Label;
  kind: string | null;
  kind_label?: Label;
  person: string | null;
  places: string[];
  fields: Record<string, [any, any]>;
}
export interface Count { name: string; label: Label; count: number; is_minimum: boolean }

export interface DoorName { kind: string; workflow: string }

const at = ({ kind, workflow }: DoorName) => `/flow/${encodeURIComponent(kind)}/${encodeURIComponent(workflow)}`;

export const flow = {
  about: (door: DoorName, version?: number) => get<About>(`${at(door)}/about${query({ version })}`),
  state: (door: DoorName, caseId?: string, eventId?: string, signal?: AbortSignal) =>
    get<State>(`${at(door)}/state${query({ case_id: caseId, event_id: eventId })}`, signal),
  history: (door: DoorName, caseId: string) => get<Page<Step>>(`${at(door)}/cases/${caseId}/history${query({ limit: 100 })}`),
  cases: (door: DoorName, asked: Record<string, string | number | boolean | null | undefined>, signal?: AbortSignal) =>
    get<Page<CaseShown>>(`${at(door)}/cases${query(asked)}`, signal),
  counts: (door: DoorName) => get<{ places: Count[] }>(`${at(door)}/counts`),
  operate: (door: DoorName, offer: Offer, form: Values) =>
    post<Done>(`${at(door)}/operations/${offer.operation}`, { token: offer.token, form }),
  operation: (door: DoorName, id: string) => get<Done>(`${at(door)}/operations/${id}`),
  picture: (door: DoorName, caseId: string | null) =>
    `${at(door)}/picture${query({ case_id: caseId, language: language(), theme: isDark() ? 'dark' : 'light' })}`,
  events: (door: DoorName) => `${at(door)}/events`,
};

/** A value of a field, as a person reads it. */
export function shown(value: any, field: FormField | undefined): string {
  if (value === null || value === undefined || value === '') return say('nothing');
  if (typeof value === 'boolean') return say(value ? 'yes' : 'no');
  if (field?.kind === 'files' && Array.isArray(value)) return say('files_count', { count: value.length });
  if (Array.isArray(value)) return value.map((item) => shown(item, undefined)).join(', ');
  if (typeof value === 'object') return JSON.stringify(value);
  switch (field?.kind) {
    case 'money': return money(String(value), field.currency ?? 'RUB');
    case 'date': return date(String(value));
    case 'time': return moment(String(value));
    case 'integer': return number(Number(value));
    case 'choice': return label(field.choices?.find(({ name }) => name === value)?.label, String(value));
    default: return String(value);
  }
}

/** What a case is called: its first words, where it has some. */
export function headline(of: CaseShown, fields: FormField[]): string {
  const text = fields.find(({ name, kind }) => kind === 'text' && typeof of.forms[name] === 'string' && of.forms[name] !== '');
  if (text) return of.forms[text.name];
  const first = fields.find(({ name, kind }) => kind !== 'id' && kind !== 'flag' && of.forms[name] != null);
  return first ? `${label(first.label, first.name)}: ${shown(of.forms[first.name], first)}` : `№ ${of.case_id.slice(-6)}`;
}

export const caseAddress = (door: DoorName, caseId: string) => `/app/cases/${door.kind}/${door.workflow}/${caseId}`;
export const listAddress = (door: DoorName) => `/app/cases/${door.kind}/${door.workflow}`;
