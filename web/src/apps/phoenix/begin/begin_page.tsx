// begin_page.tsx - telemarketing begins for a customer: who it is, what is known; he goes on with it himself.
import { useState } from 'preact/hooks';
import { get, Page, post, Problem, query } from '../../../app/api';
import { About, CaseShown, flow, Offer } from '../../../app/flow';
import { useChanges } from '../../../app/live';
import { asProblem, useLoad } from '../../../app/load';
import { useSession } from '../../../app/session';
import { initials, Title } from '../../../app/shell';
import { fieldTrouble } from '../../../app/troubles';
import { ago, label, language, moment } from '../../../app/words';
import { Button } from '../../../design/button';
import { TextField } from '../../../design/field';
import { Badge, Bones, Empty, Note, Shown, Trouble } from '../../../design/states';
import { Draft, draftOf, FormFields, formOf, missing } from '../../../pages/case/form';
import { untilDone } from '../../../pages/case/operate';
import { doorsOf, STAFF } from '../door';
import { tell } from '../words';
import { EXTRAS } from '../wizard/extras';

interface Person {
  id: string;
  email: string;
  full_name: string | null;
}
const PEOPLE = 8;
const BEGUN = 20;
const ROLE = 'b2b';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Found in the directory by how the name or the address begins. */
function Find({ onChoose }: { onChoose: (person: Person) => void }) {
  const [wanted, setWanted] = useState('');
  const text = wanted.trim();
  const loaded = useLoad<Person[]>(async (signal) => (text.length < 2 ? [] : (await get<Page<Person>>(`/api/users${query({ q: text, limit: PEOPLE })}`, signal)).items), [text]);
  return (
    <div class="stack-2">
      <TextField name={tell('find_customer')} type="search" value={wanted} onInput={setWanted} hint={tell('find_customer_hint')} />
      {text.length >= 2 && (
        <Shown of={loaded} bones={<Bones rows={2} height={24} />}>
          {(people) => people.length === 0 ? <p class="muted">{tell('no_such_person')}</p> : (
            <ul class="rows found">
              {people.map((person) => (
                <li key={person.id}>
                  <button type="button" class="item" onClick={() => onChoose(person)}>
                    <span class="avatar" aria-hidden="true">{initials(person.full_name ?? person.email)}</span>
                    <span class="grow"><span class="title">{person.full_name ?? person.email}</span><br /><span class="small muted">{person.email}</span></span>
                  </button>
                </li>
              ))}
            </ul>
          )}
        </Shown>
      )}
    </div>
  );
}

/** Somebody new: he is written to, with a link to choose a password. */
function Invite({ onChoose }: { onChoose: (person: Person) => void }) {
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [problem, setProblem] = useState<Problem | null>(null);
  const invite = async () => {
    setProblem(null);
    try {
      const wanted = { full_name: name.trim(), email: email.trim(), roles: [ROLE], locale: language() };
      const said = await post<{ id: string }>('/api/invitations', wanted);
      onChoose({ id: said.id, full_name: wanted.full_name, email: wanted.email });
    } catch (error) {
      setProblem(asProblem(error));
    }
  };
  return (
    <div class="stack">
      {problem && problem.fields.length === 0 && <Trouble problem={problem} />}
      <TextField name={tell('new_name')} value={name} onInput={setName} wrong={fieldTrouble(problem, 'full_name')} more={{ autocomplete: 'off' }} />
      <TextField name={tell('new_email')} type="email" value={email} onInput={setEmail} wrong={fieldTrouble(problem, 'email')} hint={tell('new_email_hint')} more={{ autocomplete: 'off' }} />
      <div class="row"><Button icon="mail" onPress={invite}>{tell('invite')}</Button></div>
    </div>
  );
}

/** Who may not look into the directory is told a number by the customer. */
function ByNumber({ onChoose }: { onChoose: (person: Person) => void }) {
  const [id, setId] = useState('');
  const [isWrong, setWrong] = useState(false);
  const take = () => {
    const isGood = UUID.test(id.trim());
    setWrong(!isGood);
    if (isGood) onChoose({ id: id.trim(), full_name: null, email: id.trim() });
  };
  return (
    <div class="stack-2">
      <TextField name={tell('customer_number')} value={id} onInput={setId} hint={tell('customer_number_hint')} wrong={isWrong ? tell('not_a_number') : null} />
      <div class="row"><Button onPress={take}>{tell('choose_customer')}</Button></div>
    </div>
  );
}

function Who({ person, onChoose }: { person: Person | null; onChoose: (person: Person | null) => void }) {
  const { may } = useSession();
  const [isNew, setNew] = useState(false);
  const mayInvite = may('iam.invite');
  if (person) {
    return (
      <div class="row chosen">
        <span class="avatar" aria-hidden="true">{initials(person.full_name ?? person.email)}</span>
        <span class="grow"><strong>{person.full_name ?? person.email}</strong>{person.full_name && <><br /><span class="small muted">{person.email}</span></>}</span>
        <Button size="small" kind="quiet" onPress={() => onChoose(null)}>{tell('another_customer')}</Button>
      </div>
    );
  }
  if (isNew) return <><Invite onChoose={onChoose} /><button type="button" class="link" onClick={() => setNew(false)}>{tell('find_instead')}</button></>;
  return (
    <>
      {may('users.read') ? <Find onChoose={onChoose} /> : <ByNumber onChoose={onChoose} />}
      {mayInvite && <button type="button" class="link" onClick={() => setNew(true)}>{tell('invite_instead')}</button>}
    </>
  );
}

/** A customer has one open request: who has one already goes on with it. */
async function openOneOf(person: Person): Promise<CaseShown | null> {
  const page = await flow.cases(STAFF, { by: 'owner_id', value: person.id, open: true, limit: 1 });
  return page.items[0] ?? null;
}

function Begin({ offer, onBegun }: { offer: Offer; onBegun: () => Promise<void> }) {
  const fields = offer.form.filter(({ name }) => name !== 'owner_id');
  const [person, setPerson] = useState<Person | null>(null);
  const [draft, setDraft] = useState<Draft>(() => draftOf(fields, {}));
  const [problem, setProblem] = useState<Problem | null>(null);
  const [absent, setAbsent] = useState<string[]>([]);
  const [begunFor, setBegunFor] = useState<string | null>(null);
  const [open, setOpen] = useState<CaseShown | null>(null);
  const [isBusy, setBusy] = useState(false);
  const choose = (chosen: Person | null) => {
    setPerson(chosen);
    setProblem(null);
    setOpen(null);
    if (!chosen) return;
    setBegunFor(null);
    void openOneOf(chosen).then(setOpen, () => {}); // the server says it again
    const known = UUID.test(chosen.email) ? {} : { contact_name: chosen.full_name ?? '', contact_email: chosen.email };
    setDraft((now) => ({ ...now, ...Object.fromEntries(Object.entries(known).filter(([name]) => !now[name])) }));
  };
  const begin = async () => {
    const empty = missing(fields, draft);
    setAbsent(empty);
    if (empty.length > 0 || !person || open) return;
    setProblem(null);
    try {
      await untilDone(STAFF, await flow.operate(STAFF, offer, { owner_id: person.id, ...formOf(fields, draft, {}) }));
      setBegunFor(person.full_name ?? person.email);
      setPerson(null);
      setDraft(draftOf(fields, {}));
    } catch (error) {
      setProblem(asProblem(error));
    }
    await onBegun();
  };
  const submit = async (event: Event) => {
    event.preventDefault();
    if (isBusy) return;
    setBusy(true);
    await begin();
    setBusy(false);
  };
  return (
    <form class="card wizard" onSubmit={submit} noValidate>
      <div class="body stack">
        {begunFor && <div role="status"><Note tone="good">{tell('begun_for', { name: begunFor })}</Note></div>}
        {problem && problem.fields.length === 0 && <Trouble problem={problem} />}
        <h2>{tell('who_is_it')}</h2>
        {fieldTrouble(problem, 'form.owner_id') && <Note tone="warn">{fieldTrouble(problem, 'form.owner_id')}</Note>}
        <Who person={person} onChoose={choose} />
        {person && open && (
          <div role="status"><Note tone="warn">{tell('has_one', { when: ago(open.opened_at), place: open.places.map((place) => label(place.label, place.name)).join(', ') })}</Note></div>
        )}
        <h2>{tell('what_is_known')}</h2>
        <FormFields fields={fields} draft={draft} onChange={setDraft} problem={problem} absent={absent} extras={EXTRAS()} />
      </div>
      <div class="foot row">
        <span class="small muted grow">{tell('begin_about')}</span>
        <Button kind="main" submits busy={isBusy} disabledBy={!person ? tell('choose_first') : open ? tell('one_at_a_time') : undefined}>{label(offer.label, offer.operation)}</Button>
      </div>
    </form>
  );
}

function Begun({ items, about }: { items: CaseShown[]; about: About }) {
  const isEnd = (name: string) => about.places.find((place) => place.name === name)?.is_end;
  return (
    <section class="card" aria-label={tell('begun_lately')}>
      <div class="head"><h2>{tell('begun_lately')}</h2></div>
      {items.length === 0 ? <Empty icon="cases" title={tell('none_begun')} /> : (
        <ul class="rows">
          {items.map((of) => (
            <li key={of.case_id} class="item">
              <div class="grow">
                <div class="title">{of.forms.company_name || of.forms.contact_name || tell('no_name')}</div>
                <div class="small muted" title={moment(of.opened_at)}>{[of.forms.contact_name, of.forms.contact_phone, ago(of.opened_at)].filter(Boolean).join(' · ')}</div>
              </div>
              {of.places.map((place) => <Badge key={place.name} tone={isEnd(place.name) ? undefined : 'accent'}>{label(place.label, place.name)}</Badge>)}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

interface Seen {
  about: About;
  offer: Offer | null;
  items: CaseShown[];
}

export function BeginPage() {
  const session = useSession();
  const loaded = useLoad<Seen>(async (signal) => {
    const [about, state, page] = await Promise.all([
      flow.about(STAFF), flow.state(STAFF, undefined, undefined, signal), flow.cases(STAFF, { order: 'newest', limit: BEGUN }, signal),
    ]);
    const offer = state.new_operations.find(({ operation, token }) => operation === 'start_for_customer' && token) ?? null;
    return { about, offer, items: page.items };
  }, []);
  useChanges(doorsOf(session, STAFF), () => void loaded.again());
  return (
    <>
      <Title under={<span class="muted">{tell('begin_for_about')}</span>}>{tell('start')}</Title>
      <Shown of={loaded} bones={<Bones rows={6} height={36} />}>
        {({ about, offer, items }) => (
          <div class="side-by-side">
            <div>{offer ? <Begin offer={offer} onBegun={loaded.again} /> : <div class="card"><Empty icon="cases" title={tell('may_not_begin')} /></div>}</div>
            <div><Begun items={items} about={about} /></div>
          </div>
        )}
      </Shown>
    </>
  );
}
