// payout_status.tsx - how far a payout has come, in a word and a colour.
import { Badge } from '../../design/states';
import { Payment, Payout } from './money_api';
import { say } from './words/say';

export function PayoutStatus({ of }: { of: Payout['status'] }) {
  return <Badge tone={of === 'paid' ? 'good' : of === 'failed' ? 'bad' : 'accent'}>{say(`payout_${of}`)}</Badge>;
}

export function PaymentStatus({ of }: { of: Payment['status'] }) {
  return <Badge tone={of === 'stuck' || of === 'unknown' ? 'warn' : of === 'failed' ? 'bad' : of === 'done' ? 'good' : 'accent'}>{say(`payment_${of}`)}</Badge>;
}
