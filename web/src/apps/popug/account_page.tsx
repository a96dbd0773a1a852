// account_page.tsx - one's own account, or another's for who keeps accounts: what there is, and why.
import { useState } from 'preact/hooks';
import { Page } from '../../app/api';
import { useLoad } from '../../app/load';
import { useSession } from '../../app/session';
import { Title } from '../../app/shell';
import { date, language, moment, say as sayPlain } from '../../app/words';
import { Button, Choice } from '../../design/button';
import { Icon } from '../../design/icon';
import { Bones, Empty, Note, Shown } from '../../design/states';
import { Bars } from './bars';
import { useBoardChanges } from './changes';
import { change, sum, toneOf } from './money';
import { Day, Line, money, Payout, Purse } from './money_api';
import { PayoutStatus } from './payout_status';
import { useMe, useNames } from './people';
import { say } from './words/say';

const BOOKED_MS = 2500; // the books hear of a task a moment after the board
const DAYS = 14;

interface Seen {
  purse: Purse;
  days: Day[];
  lines: Page<Line>;
  payouts: Payout[];
}

function Why({ line }: { line: Line }) {
  if (line.kind === 'payout') return <>{say('why_payout', { day: date(line.paid_day ?? line.day) })}</>;
  const of = <a href={`/app/popug/tasks/${line.about_id}`}>{line.title ?? say('an_item')}</a>;
  const again = line.assignment !== null && line.assignment > 1 ? <span class="muted"> · {say('why_again', { count: line.assignment })}</span> : null;
  return <><span class="muted">{say(line.kind === 'task_fee' ? 'why_fee' : 'why_reward')}</span> {of}{again}</>;
}

function OfDay({ day, lines, summary, currency }: { day: string; lines: Line[]; summary: Day | undefined; currency: string }) {
  return (
    <section class="card popug-day">
      <div class="head">
        <h2 class="grow">{date(day)}</h2>
        {summary && <span class="small muted number">{change(summary.in_minor, currency)} · {change(summary.out_minor, currency)} · {say('at_day_end', { sum: sum(summary.balance_minor, currency) })}</span>}
      </div>
      <ul class="rows">
        {lines.map((line) => (
          <li key={line.number} class="item">
            <span class="small muted number nowrap" title={moment(line.at)}>{new Intl.DateTimeFormat(language(), { hour: '2-digit', minute: '2-digit' }).format(new Date(line.at))}</span>
            <span class="grow"><Why line={line} /></span>
            <span class={`number nowrap popug-amount ${toneOf(line.amount_minor) ?? ''}`}>{change(line.amount_minor, currency)}</span>
            <span class="small muted number nowrap popug-after">{sum(line.balance_minor, currency)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function byDay(lines: Line[]): [string, Line[]][] {
  const found = new Map<string, Line[]>();
  lines.forEach((line) => found.set(line.day, [...(found.get(line.day) ?? []), line]));
  return [...found.entries()];
}

function Tiles({ purse, today }: { purse: Purse; today: Day | undefined }) {
  const free = purse.balance_minor - purse.held_minor;
  return (
    <section class="tiles" aria-label={say('balance')}>
      <div class="card tile"><span class="muted small">{say('balance')}</span><span class={`figure number ${purse.balance_minor < 0 ? 'bad' : ''}`}>{sum(purse.balance_minor, purse.currency)}</span></div>
      {purse.held_minor > 0 && <div class="card tile"><span class="muted small">{say('on_its_way')}</span><span class="figure">{sum(purse.held_minor, purse.currency)}</span><span class="small muted">{say('free', { sum: sum(free, purse.currency) })}</span></div>}
      <div class="card tile"><span class="muted small">{say('today_in')}</span><span class={`figure number ${toneOf(today?.in_minor ?? 0) ?? ''}`}>{change(today?.in_minor ?? 0, purse.currency)}</span></div>
      <div class="card tile"><span class="muted small">{say('today_out')}</span><span class="figure">{change(today?.out_minor ?? 0, purse.currency)}</span></div>
    </section>
  );
}

function Payouts({ payouts }: { payouts: Payout[] }) {
  if (payouts.length === 0) return null;
  return (
    <section class="card">
      <div class="head"><h2>{say('payouts')}</h2></div>
      <ul class="rows">
        {payouts.map((payout) => (
          <li key={payout.id} class="item">
            <span class="grow"><span class="title">{date(payout.day)}</span>{payout.reason && <span class="small muted"> · {payout.reason}</span>}</span>
            <span class="number nowrap popug-amount">{sum(payout.amount_minor, payout.currency)}</span>
            <PayoutStatus of={payout.status} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Account({ of, name, back, backTo }: { of: string; name: string; back?: string; backTo?: string }) {
  const isMine = of === 'me';
  const [days, setDays] = useState<'7' | '31' | '92'>('31');
  const loaded = useLoad<Seen>(async () => {
    const [purse, byDays, lines, payouts] = await Promise.all([
      money.purse(of), money.days(of, DAYS), money.lines(of, null), isMine ? money.myPayouts() : money.payouts({ person_id: of }),
    ]);
    return { purse, days: byDays.items, lines, payouts: payouts.items };
  }, [of]);
  const { profile } = useSession();
  const who = isMine ? profile?.id : of;
  useBoardChanges(() => void loaded.again(), ({ user_id }) => user_id === who, BOOKED_MS);
  const more = async () => {
    const seen = loaded.value!;
    const page = await money.lines(of, seen.lines.next);
    loaded.set({ ...seen, lines: { items: [...seen.lines.items, ...page.items], next: page.next } });
  };
  return (
    <>
      <Title back={back} backTo={backTo} actions={(
        <>
          <Choice name={say('sheet_days')} value={days} onChange={setDays} options={(['7', '31', '92'] as const).map((value) => ({ value, text: say('days_count', { count: Number(value) }) }))} />
          <a class="button" href={money.sheet(of, Number(days))} download={`statement-${days}.csv`}><Icon name="download" />{say('as_sheet')}</a>
        </>
      )}>{name}</Title>
      <Shown of={loaded} bones={<Bones rows={6} height={36} />}>
        {({ purse, days: summed, lines, payouts }) => (
          <>
            <Tiles purse={purse} today={summed[0]} />
            {purse.balance_minor < 0 && <Note tone="warn">{say('you_owe', { sum: sum(-purse.balance_minor, purse.currency) })}</Note>}
            <section class="card"><div class="head"><h2>{say('balance_by_day')}</h2></div><div class="body">
              <Bars name={say('balance_by_day')} bars={[...summed].reverse().map(({ day, balance_minor }) => ({ day, value: balance_minor, text: sum(balance_minor, purse.currency) }))} />
            </div></section>
            <Payouts payouts={payouts} />
            {lines.items.length === 0
              ? <div class="card"><Empty icon="coin" title={say('no_lines_title')}><p>{say('no_lines')}</p></Empty></div>
              : byDay(lines.items).map(([day, of]) => <OfDay key={day} day={day} lines={of} summary={summed.find((one) => one.day === day)} currency={purse.currency} />)}
            {lines.next && <Button wide onPress={more}>{sayPlain('show_more')}</Button>}
          </>
        )}
      </Shown>
    </>
  );
}

export function MyAccountPage() {
  const me = useMe();
  if (me?.works_here === false) {
    return <><Title>{say('my_account')}</Title><div class="card"><Empty icon="coin" title={say('no_account_title')}><p>{say('no_account')}</p></Empty></div></>;
  }
  return me ? <Account of="me" name={say('my_account')} /> : <Bones rows={6} height={36} />;
}

export function AccountPage({ person }: Record<string, string>) {
  const nameOf = useNames();
  return <Account of={person!} name={nameOf(person!)} back={say('totals')} backTo="/app/popug/totals" />;
}
