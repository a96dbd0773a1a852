// board.ts - what the board is asked: tasks, people, shuffles.
import { get, Page, post, query } from '../../app/api';

export interface Item {
  id: string;
  title: string;
  description: string | null;
  status: 'open' | 'done';
  assignee_id: string;
  assignment: number;
  fee_minor: number;
  reward_minor: number;
  currency: string;
  author_id: string | null;
  created_at: string;
  assigned_at: string;
  finished_at: string | null;
}

export interface Colleague {
  id: string;
  full_name: string | null;
  works_here: boolean;
  is_assignable: boolean;
}

export interface Draw {
  id: string;
  number: number;
  commitment: string;
  seed: string | null; // when all is done
  status: 'committed' | 'running' | 'done';
  committed_at: string;
  pressed_by: string | null;
  pressed_at: string | null;
  finished_at: string | null;
  people: number;
  total: number;
  moved: number;
}

export interface Drawn {
  task_id: string;
  assignment: number;
  person_id: string;
}

export interface Asked {
  assignee?: string | null;
  status?: string | null;
  q?: string | null;
  cursor?: string | null;
  limit?: number;
}

export const PAGE = 50;
const PAGE_MAX = 200;

export const board = {
  items: (asked: Asked, signal?: AbortSignal) => get<Page<Item>>(`/api/tasks${query({ limit: PAGE, ...asked })}`, signal),
  item: (id: string) => get<Item>(`/api/tasks/${id}`),
  create: (title: string, description: string, once: string) => post<Item>('/api/tasks', { title, description: description || null }, { once }),
  finish: (id: string) => post<Item>(`/api/tasks/${id}/finish`),
  shuffle: () => post<Draw>('/api/tasks/shuffle'),
  draws: () => get<Page<Draw>>('/api/shuffles'),
  draw: (id: string) => get<Draw>(`/api/shuffles/${id}`),
  me: () => get<Colleague>('/api/colleagues/me'),
  colleagues: (q: string, limit = 200) => get<Page<Colleague>>(`/api/colleagues${query({ q: q || null, limit })}`),
  named: (ids: string[]) => get<Page<Colleague>>(`/api/colleagues${query({ ids: ids.join(',') })}`),
};

/** As many as were in sight, so that what is loaded anew is not less. */
export async function itemsUpTo(count: number, asked: Asked, signal?: AbortSignal): Promise<Page<Item>> {
  const found: Page<Item> = await board.items({ ...asked, limit: Math.min(Math.max(count, PAGE), PAGE_MAX) }, signal);
  while (found.items.length < count && found.next !== null) {
    const page = await board.items({ ...asked, limit: PAGE_MAX, cursor: found.next }, signal);
    found.items.push(...page.items);
    found.next = page.next;
  }
  return found;
}

/** All of a list, page by page. */
export async function all<One>(path: string, onPage: (count: number) => void = () => {}): Promise<One[]> {
  const found: One[] = [];
  let next: string | null = null;
  do {
    const page: Page<One> = await get<Page<One>>(`${path}${query({ cursor: next })}`);
    found.push(...page.items);
    next = page.next;
    onPage(found.length);
  } while (next !== null);
  return found;
}
