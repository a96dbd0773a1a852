// queue_page.tsx - the requests that wait for a moderator, the longest waiting first; live.
import { useMemo, useRef, useState } from 'preact/hooks';
import { About, CaseShown, Count, flow } from '../../../app/flow';
import { useKeys } from '../../../app/keys';
import { useChanges } from '../../../app/live';
import { asProblem, useLoad } from '../../../app/load';
import { useName } from '../../../app/names';
import { go, usePlace } from '../../../app/router';
import { useSession } from '../../../app/session';
import { Title } from '../../../app/shell';
import { tellProblem } from '../../../app/troubles';
import { label, moment, number } from '../../../app/words';
import { Button, Choice } from '../../../design/button';
import { SelectField, TextField } from '../../../design/field';
import { Badge, Bones, Empty, Shown } from '../../../design/states';
import { toast } from '../../../design/toast';
import { untilDone } from '../../../pages/case/operate';
import { doorsOf, requestAddress, STAFF } from '../door';
import { lasting, tell } from '../words';

const PAGE = 100;
const HOUR = 3600;
const AGES = { hour: HOUR, day: 24 * HOUR, days: 72 * HOUR } as const;
// Where it stays between the functions of its set-up is of no interest here.
const PLACES = ['moderation', 'company_form', 'contact_form', 'provisioning', 'completed', 'rejected', 'abandoned'];
const WHOSE = ['all', 'mine', 'free'] as const;
type Whose = (typeof WHOSE)[number];

interface Seen {
  about: About;
  counts: Count[];
  items: CaseShown[];
  next: string | null;
}

export const waitingSince = (of: CaseShown): string => of.forms.submitted_at ?? of.opened_at;
const secondsOf = (of: CaseShown) => Math.max(0, (Date.now() - new Date(waitingSince(of)).getTime()) / 1000);

function isFound(of: CaseShown, wanted: string): boolean {
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
  const text = [of.case_id, ...Object.values(of.forms).filter((value) => typeof value === 'string')].join(' ').toLowerCase();
  return words.every((word) => text.includes(word));
}

/** A whole INN, phone or address is asked of the server, where it finds by them: among all requests, wherever they are. */
function keyOf(wanted: string): { by: string; value: string } | null {
  const text = wanted.trim();
  const digits = text.replace(/[\s()+-]/g, '');
  if (/^(\d{10}|\d{12})$/.test(text)) return { by: 'inn', value: text };
  if (/^[+\d][\d\s()-]+$/.test(text) && /^\d{11}$/.test(digits)) return { by: 'contact_phone', value: `+${digits.replace(/^8/, '7')}` };
  return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text) ? { by: 'contact_email', value: text } : null;
}

function isOf(of: CaseShown, whose: Whose, me: string | undefined): boolean {
  if (whose === 'all') return true;
  return whose === 'mine' ? of.forms.moderator_id === me : of.forms.moderator_id == null;
}

/** Somebody takes it, or gives it back; he decides on what stands in the row. */
async function claim(of: CaseShown, again: () => Promise<void>): Promise<void> {
  try {
    const state = await flow.state(STAFF, of.case_id);
    const isSame = state.case?.forms.moderator_id === of.forms.moderator_id;
    const offer = state.new_operations.find(({ operation, token }) => token && (operation === 'claim' || operation === 'release')
      && (operation === 'release') === (of.forms.moderator_id != null));
    if (offer && isSame) await untilDone(STAFF, await flow.operate(STAFF, offer, {}));
    else toast(tell('was_faster'));
  } catch (error) {
    const { title, advice } = tellProblem(asProblem(error));
    toast(advice ?? title);
  }
  await again();
}

function Whom({ id }: { id: string | null }) {
  const name = useName(id, tell('somebody'));
  return id ? <Badge tone="accent">{name}</Badge> : <span class="muted">{tell('nobody')}</span>;
}

const isInModeration = (of: CaseShown) => of.places.some(({ name }) => name === 'moderation');

function Row({ of, about, me, onClaim }: { of: CaseShown; about: About; me: string | undefined; onClaim: () => Promise<void> }) {
  const { forms } = of;
  const isModerated = isInModeration(of);
  const city = about.fields.find(({ name }) => name === 'city')?.choices?.find(({ name }) => name === forms.city);
  const seconds = secondsOf(of);
  const isTaken = forms.moderator_id != null && forms.moderator_id !== me;
  return (
    <tr>
      <td>
        <a data-walk data-case={of.case_id} class="strong" href={requestAddress(of.case_id)}>{forms.company_name || tell('no_name')}</a>
        <div class="small muted">{[forms.inn && `${tell('inn')} ${forms.inn}`, city && label(city.label, city.name)].filter(Boolean).join(' · ')}</div>
      </td>
      <td>{isModerated ? (forms.attempts > 1 ? <Badge tone="warn">{tell('attempt', { count: forms.attempts })}</Badge> : <span class="muted">{tell('first_time')}</span>)
        : <Badge tone={of.closed_at ? undefined : 'accent'}>{of.places.map((place) => label(place.label, place.name)).join(', ')}</Badge>}</td>
      <td><Whom id={forms.moderator_id ?? null} /></td>
      <td class="nowrap" title={moment(waitingSince(of))}>
        <span class={isModerated && seconds > AGES.day ? 'late' : undefined}>{lasting(seconds)}</span>
      </td>
      <td class="end">{isModerated && !isTaken && <Button size="small" onPress={onClaim}>{label(about.operations.find(({ operation }) => operation === (forms.moderator_id ? 'release' : 'claim'))?.label, 'claim')}</Button>}</td>
    </tr>
  );
}

function Filters({ counts, place, whose, age, wanted, change, onWanted }: {
  counts: Count[]; place: string; whose: Whose; age: string; wanted: string;
  change: (name: string, value: string) => void; onWanted: (wanted: string) => void;
}) {
  return (
    <div class="filters queue-filters">
      <SelectField name={tell('where')} value={place} onInput={(value) => change('place', value)}
        options={counts.filter(({ name }) => PLACES.includes(name)).sort((one, other) => PLACES.indexOf(one.name) - PLACES.indexOf(other.name)).map((one) => ({ value: one.name, text: `${label(one.label, one.name)} · ${number(one.count)}${one.is_minimum ? '+' : ''}` }))} />
      <SelectField name={tell('age')} value={age} empty={tell('age_any')} onInput={(value) => change('age', value)}
        options={(Object.keys(AGES) as (keyof typeof AGES)[]).map((value) => ({ value, text: tell(`age_${value}`) }))} />
      <TextField name={tell('search')} type="search" value={wanted} onInput={onWanted} more={{ placeholder: tell('search_hint') }} />
      <div class="field"><span class="name">{tell('whose')}</span>
        <Choice name={tell('whose')} value={whose} onChange={(value) => change('whose', value === 'all' ? '' : value)}
          options={WHOSE.map((value) => ({ value, text: tell(`whose_${value}`) }))} />
      </div>
    </div>
  );
}

function Keys() {
  const hints = [['J', 'K', 'keys_walk'], ['Enter', 'keys_open'], ['T', 'keys_take']] as const;
  return (
    <p class="hints small muted" aria-hidden="true">
      {hints.map((hint) => <span key={hint.at(-1)}>{hint.slice(0, -1).map((key) => <kbd class="key">{key}</kbd>)} {tell(hint.at(-1) as 'keys_walk')}</span>)}
    </p>
  );
}

export function QueuePage() {
  const session = useSession();
  const { query } = usePlace();
  const [wanted, setWanted] = useState('');
  const place = query.get('place') ?? 'moderation';
  const age = query.get('age') ?? '';
  const whose = WHOSE.find((one) => one === query.get('whose')) ?? 'all';
  const me = session.profile?.id;
  const isModerated = place === 'moderation';
  const asked = { place, order: 'oldest', limit: PAGE };
  const loaded = useLoad<Seen>(async (signal) => {
    const [about, counts, page] = await Promise.all([flow.about(STAFF), flow.counts(STAFF), flow.cases(STAFF, asked, signal)]);
    return { about, counts: counts.places, items: page.items, next: page.next };
  }, [place]);
  const named = keyOf(wanted);
  const key = named && loaded.value?.about.found_by.includes(named.by) ? named : null;
  const found = useLoad(async (signal) => (key ? (await flow.cases(STAFF, { ...key, order: 'newest', limit: PAGE }, signal)).items : []), [key?.by, key?.value]);
  useChanges(doorsOf(session, STAFF), () => {
    void loaded.again();
    if (key) void found.again();
  });
  const change = (name: string, value: string) => {
    const kept = new URLSearchParams(query);
    if (value) kept.set(name, value);
    else kept.delete(name);
    go(`/app/phoenix/queue${kept.size ? `?${kept}` : ''}`, 'replace');
  };
  const rows = useMemo(() => {
    const listed = (loaded.value?.items ?? [])
      .filter((of) => isOf(of, whose, me) && isFound(of, wanted) && secondsOf(of) >= (AGES[age as keyof typeof AGES] ?? 0))
      .sort((one, other) => waitingSince(one).localeCompare(waitingSince(other)));
    const elsewhere = (key && found.value ? found.value : []).filter((of) => listed.every((one) => one.case_id !== of.case_id));
    return [...listed, ...elsewhere];
  }, [loaded.value, found.value, whose, wanted, age, me]);
  const shownRows = useRef(rows);
  shownRows.current = rows;
  const take = () => {
    const of = shownRows.current.find(({ case_id: id }) => id === (document.activeElement as HTMLElement | null)?.dataset.case);
    const isTaken = of?.forms.moderator_id != null && of.forms.moderator_id !== me;
    if (of && isInModeration(of) && !isTaken) void claim(of, loaded.again);
  };
  useKeys({ t: take });
  const more = async () => {
    const { items, next, ...rest } = loaded.value!;
    const page = await flow.cases(STAFF, { ...asked, cursor: next });
    loaded.set({ ...rest, items: [...items, ...page.items], next: page.next });
  };
  return (
    <>
      <Title under={<span class="muted">{tell('queue_about')}</span>}>{tell('queue')}</Title>
      <Shown of={loaded} bones={<Bones rows={6} height={36} />}>
        {({ about, counts, items, next }) => (
          <>
            <Filters counts={counts} place={place} whose={whose} age={age} wanted={wanted} change={change} onWanted={setWanted} />
            <div class="card" aria-live="polite">
              {rows.length === 0 ? (
                <Empty icon={items.length === 0 ? 'check' : 'search'} title={tell(items.length === 0 ? 'queue_empty_title' : 'none_found_title')}>
                  <p>{tell(items.length === 0 ? (isModerated ? 'queue_empty' : 'place_empty') : 'none_found')}</p>
                </Empty>
              ) : (
                <div class="scroll" tabIndex={0} role="region" aria-label={tell('queue')}>
                  <table class="queue">
                    <thead><tr><th>{tell('company')}</th><th>{tell(isModerated ? 'attempt_head' : 'where')}</th><th>{tell('looked_at_by')}</th><th>{tell(isModerated ? 'waits' : 'age')}</th><th class="end"><span class="unseen">{tell('actions')}</span></th></tr></thead>
                    <tbody>
                      {rows.map((of) => <Row key={of.case_id} of={of} about={about} me={me} onClaim={() => claim(of, loaded.again)} />)}
                    </tbody>
                  </table>
                </div>
              )}
              {next && <div class="foot"><Button wide onPress={more}>{tell('show_more')}</Button></div>}
            </div>
            <Keys />
          </>
        )}
      </Shown>
    </>
  );
}
