// payouts_page.tsx - what leaves the house: how far each payout is, and what waits for a person.
import { useEffect, useState } from 'preact/hooks';
import { Page, Problem } from '../../app/api';
import { asProblem, useLoad } from '../../app/load';
import { useSession } from '../../app/session';
import { Title } from '../../app/shell';
import { watch } from '../../app/stream';
import { ago, date, moment, say as sayPlain } from '../../app/words';
import { Button } from '../../design/button';
import { Dialog } from '../../design/dialog';
import { Bones, Empty, Shown } from '../../design/states';
import { toast } from '../../design/toast';
import { sum } from './money';
import { DayEnd, money, Payment, PAYMENT_EVENTS, PAYMENT_NAMES, Payout } from './money_api';
import { PaymentStatus, PayoutStatus } from './payout_status';
import { useNames } from './people';
import { Refused } from './refused';
import { say } from './words/say';

const LOOK_MS = 5000; // while something is on its way
const BOOKED_MS = 400;

function EndDay({ onClose, onDone }: { onClose: () => void; onDone: () => void }) {
  const [problem, setProblem] = useState<Problem | null>(null);
  const pay = async () => {
    try {
      await money.endDay();
      toast(say('day_ended'));
      onDone();
    } catch (error) {
      setProblem(asProblem(error));
    }
  };
  return (
    <Dialog title={say('end_day_title')} onClose={onClose}>
      <div class="stack">
        {problem && <Refused problem={problem} />}
        <p>{say('end_day_about')}</p>
        <div class="foot"><Button kind="quiet" onPress={onClose}>{sayPlain('cancel')}</Button><Button kind="main" icon="bank" onPress={pay}>{say('end_day_do')}</Button></div>
      </div>
    </Dialog>
  );
}

function Waits({ payment, nameOf, onRetried }: { payment: Payment; nameOf: (id: string) => string; onRetried: () => Promise<void> }) {
  const { may } = useSession();
  const [problem, setProblem] = useState<Problem | null>(null);
  const retry = async () => {
    setProblem(null);
    try {
      await money.retry(payment.id);
      toast(say(payment.status === 'stuck' ? 'asked_again' : 'bank_asked_again'));
      await onRetried();
    } catch (error) {
      setProblem(asProblem(error));
    }
  };
  return (
    <li class="item">
      <div class="grow stack-2">
        <div><span class="title">{nameOf(payment.person_id)}</span> · <span class="number">{sum(payment.amount_minor, payment.currency)}</span></div>
        <div class="small muted">{say(payment.status === 'stuck' ? 'stuck_about' : 'unknown_about', { count: payment.attempts, when: ago(payment.changed_at ?? payment.created_at) })}</div>
        {payment.destination && <div class="small muted"><code>{payment.destination}</code></div>}
        {problem && <Refused problem={problem} />}
      </div>
      <PaymentStatus of={payment.status} />
      {payment.status === 'stuck' && may('users.change') && <a class="button small" href={`/app/people/${payment.person_id}`}>{say('to_person')}</a>}
      {may('payments.retry') && <Button size="small" icon="again" onPress={retry}>{say(payment.status === 'stuck' ? 'look_again' : 'ask_bank')}</Button>}
    </li>
  );
}

function Table({ payouts, nameOf }: { payouts: Payout[]; nameOf: (id: string) => string }) {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={say('payouts')}>
      <table>
        <thead><tr><th>{sayPlain('who')}</th><th>{say('day')}</th><th class="end">{say('how_much')}</th><th>{sayPlain('state')}</th><th class="popug-wide">{say('changed')}</th></tr></thead>
        <tbody>
          {payouts.map((payout) => (
            <tr key={payout.id}>
              <td><a data-walk href={`/app/popug/accounts/${payout.person_id}`}>{nameOf(payout.person_id)}</a>{payout.reason && <div class="small muted">{payout.reason}</div>}</td>
              <td class="nowrap">{date(payout.day)}</td>
              <td class="end number nowrap">{sum(payout.amount_minor, payout.currency)}</td>
              <td><PayoutStatus of={payout.status} /></td>
              <td class="nowrap muted popug-wide" title={moment(payout.changed_at ?? payout.created_at)}>{ago(payout.changed_at ?? payout.created_at)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const isGoing = ({ is_counting: isCounting, payouts, paid, failed }: DayEnd) => isCounting || paid + failed < payouts;

/** How far the payouts of a day are, from the counting to the bank's last answer. */
function Progress({ of }: { of: DayEnd }) {
  const answered = of.paid + of.failed;
  return (
    <section class="card">
      <div class="body stack-2">
        <div class="row"><span class="grow">{say(of.is_counting ? 'day_counts' : 'day_pays', { day: date(of.day!) })}</span><span class="number">{sayPlain('work_of', { done: answered, total: of.payouts })}</span></div>
        <progress value={answered} max={Math.max(of.payouts, 1)} aria-label={say('end_day')} />
      </div>
    </section>
  );
}

interface Seen {
  dayEnd: DayEnd;
  payouts: Page<Payout>;
  waiting: Payment[];
}

export function PayoutsPage() {
  const { may } = useSession();
  const nameOf = useNames();
  const [isEnding, setEnding] = useState(false);
  const seesPayments = may('payments.read');
  const loaded = useLoad<Seen>(async () => {
    const [dayEnd, payouts, ...waiting] = await Promise.all([
      money.dayEnd(), money.payouts({}), ...(seesPayments ? ['stuck', 'unknown'] : []).map(money.payments),
    ]);
    return { dayEnd, payouts, waiting: waiting.flatMap(({ items }) => items) };
  }, [seesPayments]);
  const of = loaded.value?.dayEnd;
  const isUnderWay = (of !== undefined && isGoing(of)) || (loaded.value?.payouts.items.some(({ status }) => status === 'pending') ?? false);
  useEffect(() => {
    if (!isUnderWay) return;
    const look = setInterval(() => void loaded.again(), LOOK_MS);
    return () => clearInterval(look);
  }, [isUnderWay, loaded.again]);
  useEffect(() => {
    if (!seesPayments) return;
    let rest: number | undefined;
    const end = watch(PAYMENT_EVENTS, PAYMENT_NAMES, () => {
      clearTimeout(rest);
      rest = window.setTimeout(() => void loaded.again(), BOOKED_MS);
    });
    return () => {
      clearTimeout(rest);
      end();
    };
  }, [seesPayments, loaded.again]);
  const more = async () => {
    const seen = loaded.value!;
    const page = await money.payouts({ cursor: seen.payouts.next });
    loaded.set({ ...seen, payouts: { items: [...seen.payouts.items, ...page.items], next: page.next } });
  };
  return (
    <>
      <Title actions={may('accounts.pay') && <Button icon="bank" onPress={() => setEnding(true)}>{say('end_day')}</Button>}>{say('payouts')}</Title>
      <Shown of={loaded} bones={<Bones rows={6} height={36} />}>
        {({ dayEnd, payouts, waiting }) => (
          <>
            {isGoing(dayEnd) && <Progress of={dayEnd} />}
            {waiting.length > 0 && (
              <section class="card" aria-label={say('waits_for_person')}>
                <div class="head"><h2 class="grow">{say('waits_for_person')}</h2></div>
                <ul class="rows">{waiting.map((payment) => <Waits key={payment.id} payment={payment} nameOf={nameOf} onRetried={loaded.again} />)}</ul>
              </section>
            )}
            <section class="card" aria-live="polite">
              {payouts.items.length === 0 ? <Empty icon="bank" title={say('no_payouts_title')}><p>{say('no_payouts')}</p></Empty> : <Table payouts={payouts.items} nameOf={nameOf} />}
              {payouts.next && <div class="foot"><Button wide onPress={more}>{sayPlain('show_more')}</Button></div>}
            </section>
          </>
        )}
      </Shown>
      {isEnding && <EndDay onClose={() => setEnding(false)} onDone={() => { setEnding(false); void loaded.again(); setTimeout(() => void loaded.again(), LOOK_MS / 2); }} />}
    </>
  );
}
