// money_api.ts - what accounts and payments are asked.
import { get, Page, post, query } from '../../app/api';

export interface Purse {
  person_id: string;
  balance_minor: number;
  held_minor: number;
  currency: string;
  opened_at: string;
}

export interface Line {
  number: number;
  at: string;
  kind: 'task_fee' | 'task_reward' | 'payout';
  title: string | null;
  day: string;
  paid_day: string | null;
  amount_minor: number;
  balance_minor: number;
  about_id: string;
  assignment: number | null;
}

export interface Day {
  day: string;
  in_minor: number;
  out_minor: number;
  balance_minor: number;
}

export interface Payout {
  id: string;
  person_id: string;
  day: string;
  amount_minor: number;
  currency: string;
  status: 'pending' | 'paid' | 'failed';
  reason: string | null;
  created_at: string;
  changed_at: string | null;
}

export interface DayEnd {
  day: string | null; // the newest; null: none has ended yet
  is_counting: boolean;
  payouts: number;
  paid: number;
  failed: number;
}

export interface Total {
  day: string;
  fees_minor: number;
  rewards_minor: number;
  earning_minor: number;
  paid_minor: number;
  currency: string;
}

export interface Analytics {
  day: string;
  earning_minor: number;
  in_the_red: number;
  owed_minor: number;
  dearest_of_day_id: string | null;
  dearest_of_day_title: string | null;
  dearest_of_day_minor: number | null;
  dearest_of_week_id: string | null;
  dearest_of_week_title: string | null;
  dearest_of_week_minor: number | null;
  dearest_of_month_id: string | null;
  dearest_of_month_title: string | null;
  dearest_of_month_minor: number | null;
  currency: string;
}

export interface AnalyticsDay {
  day: string;
  earning_minor: number;
  dearest_id: string | null;
  dearest_title: string | null;
  dearest_minor: number | null;
  currency: string;
}

export interface Payment {
  id: string;
  person_id: string;
  amount_minor: number;
  currency: string;
  channel: string | null;
  destination: string | null;
  status: 'asked' | 'stuck' | 'pending' | 'sending' | 'unknown' | 'done' | 'failed';
  attempts: number;
  reference: string | null;
  reason: string | null;
  created_at: string;
  changed_at: string | null;
}

export const PAYMENT_EVENTS = '/api/payments/events';
export const PAYMENT_NAMES = ['payments.earning_transferred', 'payments.transfer_failed'];

export const money = {
  purse: (of: string) => get<Purse>(`/api/accounts/${of}`),
  lines: (of: string, cursor: string | null, limit = 50) => get<Page<Line>>(`/api/accounts/${of}/entries${query({ cursor, limit })}`),
  days: (of: string, days: number) => get<Page<Day>>(`/api/accounts/${of}/days${query({ days })}`),
  sheet: (of: string, days: number) => `/api/accounts/${of}/statement.csv${query({ days })}`,
  purses: (asked: { owing?: boolean | null; cursor?: string | null }) => get<Page<Purse>>(`/api/accounts${query(asked)}`),
  myPayouts: () => get<Page<Payout>>('/api/accounts/me/payouts'),
  payouts: (asked: { cursor?: string | null; person_id?: string | null }) => get<Page<Payout>>(`/api/accounts/payouts${query(asked)}`),
  totals: (days: number) => get<Page<Total>>(`/api/accounts/totals${query({ days })}`),
  totalsSheet: (days: number) => `/api/accounts/totals.csv${query({ days })}`,
  analytics: () => get<Analytics>('/api/analytics'),
  analyticsDays: (days: number) => get<Page<AnalyticsDay>>(`/api/analytics/days${query({ days })}`),
  dayEnd: () => get<DayEnd>('/api/accounts/day-end'),
  endDay: () => post<{ day: string }>('/api/accounts/day-end'),
  payments: (status: string) => get<Page<Payment>>(`/api/payments${query({ status })}`),
  retry: (id: string) => post<Payment>(`/api/payments/${id}/retry`),
};
