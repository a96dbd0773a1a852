// totals_page.tsx - for who keeps accounts: what all have paid and got, day by day; and each account.
import { useState } from 'preact/hooks';
import { Page } from '../../app/api';
import { useLoad } from '../../app/load';
import { Title } from '../../app/shell';
import { date, say as sayPlain } from '../../app/words';
import { Button, Choice } from '../../design/button';
import { Icon } from '../../design/icon';
import { Bones, Empty, Shown } from '../../design/states';
import { Bars } from './bars';
import { useBoardChanges } from './changes';
import { change, sum, toneOf } from './money';
import { money, Purse, Total } from './money_api';
import { useNames } from './people';
import { say } from './words/say';

const BOOKED_MS = 2500;
type Length = '7' | '30' | '92';

function Days({ totals }: { totals: Total[] }) {
  const currency = totals[0]!.currency;
  const all = (of: (total: Total) => number) => totals.reduce((whole, total) => whole + of(total), 0);
  const row = (name: string, { fees_minor, rewards_minor, earning_minor, paid_minor }: Omit<Total, 'day' | 'currency'>) => (
    <>
      <th scope="row" class="nowrap">{name}</th>
      <td class="end number nowrap">{sum(fees_minor, currency)}</td>
      <td class="end number nowrap">{sum(rewards_minor, currency)}</td>
      <td class={`end number nowrap ${toneOf(earning_minor) ?? ''}`}>{change(earning_minor, currency)}</td>
      <td class="end number nowrap">{sum(paid_minor, currency)}</td>
    </>
  );
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={say('totals')}>
      <table class="popug-totals">
        <thead><tr><th>{say('day')}</th><th class="end">{say('fees')}</th><th class="end">{say('rewards')}</th><th class="end">{say('earning')}</th><th class="end">{say('paid_out')}</th></tr></thead>
        <tbody>{totals.map((total) => <tr key={total.day}>{row(date(total.day), total)}</tr>)}</tbody>
        <tfoot><tr>{row(say('together'), { fees_minor: all(({ fees_minor }) => fees_minor), rewards_minor: all(({ rewards_minor }) => rewards_minor), earning_minor: all(({ earning_minor }) => earning_minor), paid_minor: all(({ paid_minor }) => paid_minor) })}</tr></tfoot>
      </table>
    </div>
  );
}

function Accounts() {
  const nameOf = useNames();
  const [which, setWhich] = useState<'all' | 'owing'>('all');
  const loaded = useLoad<Page<Purse>>(() => money.purses({ owing: which === 'owing' ? true : null }), [which]);
  useBoardChanges(() => void loaded.again(), undefined, BOOKED_MS);
  const more = async () => {
    const { items, next } = loaded.value!;
    const page = await money.purses({ owing: which === 'owing' ? true : null, cursor: next });
    loaded.set({ items: [...items, ...page.items], next: page.next });
  };
  return (
    <section class="card">
      <div class="head">
        <h2 class="grow">{say('accounts')}</h2>
        <Choice name={say('accounts')} value={which} onChange={setWhich} options={[{ value: 'all', text: sayPlain('all_of_them') }, { value: 'owing', text: say('in_the_red') }]} />
      </div>
      <Shown of={loaded} bones={<div class="body"><Bones rows={4} height={28} /></div>}>
        {({ items, next }) => items.length === 0 ? <Empty icon="coin" title={say('nobody_title')}><p>{say(which === 'owing' ? 'nobody_owes' : 'nobody_yet')}</p></Empty> : (
          <>
            <ul class="rows">
              {items.map((purse) => (
                <li key={purse.person_id}>
                  <a class="item" data-walk href={`/app/popug/accounts/${purse.person_id}`}>
                    <span class="grow title">{nameOf(purse.person_id)}</span>
                    {purse.held_minor > 0 && <span class="small muted number">{say('held', { sum: sum(purse.held_minor, purse.currency) })}</span>}
                    <span class={`number nowrap popug-amount ${purse.balance_minor < 0 ? 'bad' : ''}`}>{sum(purse.balance_minor, purse.currency)}</span>
                  </a>
                </li>
              ))}
            </ul>
            {next && <div class="foot"><Button wide onPress={more}>{sayPlain('show_more')}</Button></div>}
          </>
        )}
      </Shown>
    </section>
  );
}

export function TotalsPage() {
  const [length, setLength] = useState<Length>('7');
  const loaded = useLoad<Page<Total>>(() => money.totals(Number(length)), [length]);
  useBoardChanges(() => void loaded.again(), undefined, BOOKED_MS);
  return (
    <>
      <Title actions={(
        <>
          <Choice name={say('how_many_days')} value={length} onChange={setLength} options={(['7', '30', '92'] as const).map((value) => ({ value, text: say('days_count', { count: Number(value) }) }))} />
          <a class="button" href={money.totalsSheet(Number(length))} download={`totals-${length}.csv`}><Icon name="download" />{say('as_sheet')}</a>
        </>
      )}>{say('totals')}</Title>
      <Shown of={loaded} bones={<Bones rows={6} height={28} />}>
        {({ items }) => (
          <>
            <section class="card">
              <div class="head"><h2>{say('earning_by_day')}</h2></div>
              <div class="body"><Bars name={say('earning_by_day')} bars={[...items].reverse().map(({ day, earning_minor, currency }) => ({ day, value: earning_minor, text: change(earning_minor, currency) }))} /></div>
            </section>
            <section class="card"><Days totals={items} /></section>
          </>
        )}
      </Shown>
      <Accounts />
    </>
  );
}
