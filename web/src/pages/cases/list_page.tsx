// list_page.tsx - the cases of one workflow, by place: as a table, or as a board.
import { useState } from 'preact/hooks';
import { About, CaseShown, caseAddress, Count, DoorName, flow, FormField, headline, shown } from '../../app/flow';
import { useChanges } from '../../app/live';
import { useLoad } from '../../app/load';
import { go, usePlace } from '../../app/router';
import { useSession } from '../../app/session';
import { Title } from '../../app/shell';
import { ago, label, moment, number, say } from '../../app/words';
import { Button, Choice, LinkButton } from '../../design/button';
import { SelectField } from '../../design/field';
import { Badge, Bones, Empty, Shown } from '../../design/states';

type Look = 'table' | 'board';
const PAGE = 50;
const COLUMNS_MAX = 4;
const KEPT_AS = 'kontora.cases';

interface Seen {
  about: About;
  counts: Count[];
  items: CaseShown[];
  next: string | null;
}

function columnsOf(about: About): FormField[] {
  const shownKinds = ['money', 'date', 'choice', 'integer', 'flag', 'email', 'phone', 'text'];
  const [, ...rest] = about.fields.filter(({ kind }) => kind === 'text').slice(0, 1);
  const first = about.fields.find(({ kind }) => kind === 'text');
  return [...rest, ...about.fields.filter((field) => field !== first && shownKinds.includes(field.kind) && (field.letters_max ?? 0) <= 200)].slice(0, COLUMNS_MAX);
}

function Table({ door, about, items }: { door: DoorName; about: About; items: CaseShown[] }) {
  const columns = columnsOf(about);
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={say('cases')}>
      <table>
        <thead>
          <tr>
            <th>{say('case')}</th><th>{say('where_it_is')}</th>
            {columns.map((field) => <th key={field.name} class={field.kind === 'money' || field.kind === 'integer' ? 'end' : undefined}>{label(field.label, field.name)}</th>)}
            <th>{say('opened')}</th>
          </tr>
        </thead>
        <tbody>
          {items.map((of) => (
            <tr key={of.case_id}>
              <td><a data-walk href={caseAddress(door, of.case_id)}>{headline(of, about.fields)}</a></td>
              <td><div class="places">{of.places.map((place) => <Badge key={place.name} tone={of.closed_at ? undefined : 'accent'}>{label(place.label, place.name)}</Badge>)}</div></td>
              {columns.map((field) => <td key={field.name} class={field.kind === 'money' || field.kind === 'integer' ? 'end number nowrap' : field.kind === 'date' ? 'nowrap' : undefined}>{shown(of.forms[field.name], field)}</td>)}
              <td class="nowrap muted" title={moment(of.opened_at)}>{ago(of.opened_at)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Board({ door, about, items, counts }: { door: DoorName; about: About; items: CaseShown[]; counts: Count[] }) {
  const ends = new Set(about.places.filter(({ is_end }) => is_end).map(({ name }) => name));
  const columns = counts.filter(({ name, count }) => !ends.has(name) || count > 0);
  const extra = columnsOf(about).slice(0, 1);
  return (
    <div class="board" tabIndex={0} role="region" aria-label={say('as_board')}>
      {columns.map((place) => (
        <section class="column" key={place.name}>
          <h2><span class="grow">{label(place.label, place.name)}</span><span class="badge number">{number(place.count)}{place.is_minimum ? '+' : ''}</span></h2>
          {items.filter(({ places }) => places.some(({ name }) => name === place.name)).map((of) => (
            <a class="ticket" data-walk key={of.case_id} href={caseAddress(door, of.case_id)}>
              <span class="title">{headline(of, about.fields)}</span>
              <span class="small muted">{extra.filter(({ name }) => of.forms[name] != null).map((field) => `${shown(of.forms[field.name], field)} · `)}{ago(of.opened_at)}</span>
            </a>
          ))}
        </section>
      ))}
    </div>
  );
}

function More({ door, next, asked, onMore }: { door: DoorName; next: string | null; asked: Record<string, any>; onMore: (items: CaseShown[], next: string | null) => void }) {
  if (next === null) return null;
  const load = async () => {
    const page = await flow.cases(door, { ...asked, cursor: next });
    onMore(page.items, page.next);
  };
  return <div class="body"><Button wide onPress={load}>{say('show_more')}</Button></div>;
}

export function ListPage({ kind, workflow }: Record<string, string>) {
  const door = { kind: kind!, workflow: workflow! };
  const session = useSession();
  const { query } = usePlace();
  const [look, setLook] = useState<Look>(localStorage.getItem(KEPT_AS) === 'board' ? 'board' : 'table');
  const place = query.get('place') ?? '';
  const open = query.get('open') ?? 'true';
  const asked = { place, open: open === 'all' ? null : open, order: 'newest', limit: PAGE };
  const loaded = useLoad<Seen>(async (signal) => {
    const [about, counts, page] = await Promise.all([flow.about(door), flow.counts(door), flow.cases(door, asked, signal)]);
    return { about, counts: counts.places, items: page.items, next: page.next };
  }, [kind, workflow, place, open]);
  const known = (session.doors ?? []).filter((one) => one.kind === kind && one.workflow === workflow);
  useChanges(known, () => void loaded.again());

  const change = (name: string, value: string) => {
    const wanted = new URLSearchParams(query);
    if (value) wanted.set(name, value);
    else wanted.delete(name);
    go(`/app/cases/${kind}/${workflow}${wanted.size ? `?${wanted}` : ''}`, 'replace');
  };
  const choose = (chosen: Look) => {
    localStorage.setItem(KEPT_AS, chosen);
    setLook(chosen);
  };
  return (
    <Shown of={loaded} bones={<Bones rows={6} height={36} />}>
      {({ about, counts, items, next }) => (
        <>
          <Title back={say('cases')} backTo="/app/cases" under={<span class="muted">{say('as_kind', { kind: label(about.kind, kind) })}</span>}
            actions={about.operations.filter(({ begins }) => begins).map((begin) => (
              <LinkButton key={begin.operation} kind="main" icon="plus" to={`/app/cases/${kind}/${workflow}/new/${begin.operation}`}>{label(begin.label, begin.operation)}</LinkButton>
            ))}>{label(about.label, about.workflow)}</Title>
          <div class="row finds">
            <Choice name={say('state')} value={open} onChange={(value) => change('open', value === 'true' ? '' : value)}
              options={[{ value: 'true', text: say('open_ones') }, { value: 'false', text: say('closed_ones') }, { value: 'all', text: say('all_of_them') }]} />
            <Choice name={say('look')} value={look} onChange={choose} options={[{ value: 'table', text: say('as_table') }, { value: 'board', text: say('as_board') }]} />
            {look === 'table' && (
              <div class="row-end">
                <SelectField name={say('place')} value={place} empty={say('any_place')} onInput={(value) => change('place', value)}
                  options={counts.map((one) => ({ value: one.name, text: `${label(one.label, one.name)} · ${one.count}` }))} />
              </div>
            )}
          </div>
          {items.length === 0 ? (
            <div class="card"><Empty icon="cases" title={say('no_cases_title')}><p>{say(place || open !== 'true' ? 'no_cases_here' : 'no_cases')}</p></Empty></div>
          ) : look === 'board' ? <Board door={door} about={about} items={items} counts={counts} /> : (
            <div class="card">
              <Table door={door} about={about} items={items} />
              <More door={door} next={next} asked={asked} onMore={(more, then) => loaded.set({ about, counts, items: [...items, ...more], next: then })} />
            </div>
          )}
        </>
      )}
    </Shown>
  );
}
