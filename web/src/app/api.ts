// api.ts - how the server is asked: JSON both ways, refusals as Problem, never a bare status.

export interface FieldProblem {
  field: string;
  code: string;
  message: string;
}

export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly details: Record<string, any> = {},
    readonly traceId: string | null = null,
    readonly retryAfter: number = 0,
  ) {
    super(message);
  }

  get fields(): FieldProblem[] {
    return Array.isArray(this.details.fields) ? this.details.fields : [];
  }

  get isOffline(): boolean {
    return this.status === 0;
  }
}

export interface Page<Item> {
  items: Item[];
  next: string | null;
  total?: number | null;
}

interface Asking {
  body?: unknown;
  revision?: number | null;
  once?: string; // the same key, the same effect: Idempotency-Key
  signal?: AbortSignal;
}

let onSignedOut = () => {};

/** Called when the server no longer knows who is asking. */
export function whenSignedOut(tell: () => void): void {
  onSignedOut = tell;
}

async function problemOf(answer: Response): Promise<Problem> {
  const said = await answer.json().catch(() => ({}));
  return new Problem(
    answer.status,
    said.code ?? 'unknown',
    said.message ?? answer.statusText,
    said.details ?? {},
    said.trace_id ?? null,
    Number(answer.headers.get('Retry-After')) || 0,
  );
}

async function reach(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, init);
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new Problem(0, 'offline', 'The server cannot be reached.');
  }
}

async function ask<Answer>(method: string, path: string, asking: Asking = {}): Promise<Answer> {
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (asking.body !== undefined) headers['Content-Type'] = 'application/json';
  if (asking.revision != null) headers['If-Match'] = `"${asking.revision}"`;
  if (asking.once) headers['Idempotency-Key'] = asking.once;
  const body = asking.body === undefined ? undefined : JSON.stringify(asking.body);
  const answer = await reach(path, { method, headers, body, signal: asking.signal, credentials: 'same-origin' });
  if (answer.ok) {
    const text = answer.status === 204 ? '' : await answer.text();
    return (text === '' ? undefined : JSON.parse(text)) as Answer;
  }
  const problem = await problemOf(answer);
  if (problem.status === 401 && problem.code === 'unauthorized') onSignedOut();
  throw problem;
}

export const get = <Answer>(path: string, signal?: AbortSignal) => ask<Answer>('GET', path, { signal });
export const post = <Answer>(path: string, body: unknown = {}, more: Asking = {}) =>
  ask<Answer>('POST', path, { ...more, body });
export const put = <Answer>(path: string, body: unknown, more: Asking = {}) => ask<Answer>('PUT', path, { ...more, body });
export const patch = <Answer>(path: string, body: unknown, more: Asking = {}) =>
  ask<Answer>('PATCH', path, { ...more, body });
export const remove = <Answer>(path: string, more: Asking = {}) => ask<Answer>('DELETE', path, more);

/** Bytes as they are: a piece of a file. */
export async function putBytes<Answer>(path: string, bytes: Blob): Promise<Answer> {
  const headers = { Accept: 'application/json', 'Content-Type': 'application/octet-stream' };
  const answer = await reach(path, { method: 'PUT', headers, body: bytes, credentials: 'same-origin' });
  if (!answer.ok) throw await problemOf(answer);
  return (await answer.json()) as Answer;
}

export async function getText(path: string): Promise<string> {
  const answer = await reach(path, { credentials: 'same-origin' });
  if (!answer.ok) throw await problemOf(answer);
  return answer.text();
}

/** The part after '?', without what is not given. */
export function query(values: Record<string, string | number | boolean | null | undefined>): string {
  const given = Object.entries(values).filter(([, value]) => value != null && value !== '');
  return given.length === 0 ? '' : `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`;
}
