// people_page.tsx - the directory: found while typing, added, opened.
import { useState } from 'preact/hooks';
import { get, Page, post, Problem, query } from '../../app/api';
import { asProblem, useLoad } from '../../app/load';
import { go } from '../../app/router';
import { useSession } from '../../app/session';
import { initials, Title } from '../../app/shell';
import { fieldTrouble } from '../../app/troubles';
import { language, say } from '../../app/words';
import { Button, LinkButton } from '../../design/button';
import { Dialog } from '../../design/dialog';
import { CheckField, SelectField, TextField } from '../../design/field';
import { Badge, Bones, Empty, Note, Shown, Trouble } from '../../design/states';

export interface Person {
  id: string;
  email: string;
  full_name: string | null;
  type: string;
  roles: string[];
  status: string;
  phone: string | null;
  locale: string | null;
  revision: number;
  created_at: string;
  block_reason: string | null;
}

export const TYPES = ['employee', 'worker', 'client'] as const;

function Add({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [type, setType] = useState<string>('employee');
  const [roles, setRoles] = useState('');
  const mayInvite = useSession().may('iam.invite');
  const [isInvited, setInvited] = useState(mayInvite);
  const [link, setLink] = useState<string | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const submit = async (event: Event) => {
    event.preventDefault();
    const person = { full_name: name.trim(), email: email.trim(), roles: roles.split(',').map((role) => role.trim()).filter(Boolean) };
    try {
      if (isInvited) setLink((await post<{ activation_link: string }>('/api/invitations', { ...person, locale: language() })).activation_link);
      else go(`/app/people/${(await post<Person>('/api/users', { ...person, type })).id}`);
    } catch (error) {
      setProblem(asProblem(error));
    }
  };
  if (link) {
    return (
      <Dialog title={say('invited_title')} onClose={onClose}>
        <div class="stack">
          <Note tone="good">{say('invited', { email })}</Note>
          <p><code class="secret">{location.origin + link}</code></p>
          <div class="foot"><Button kind="main" onPress={onClose}>{say('done_with_it')}</Button></div>
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog title={say('add_person')} onClose={onClose}>
      <form class="stack" onSubmit={submit} noValidate>
        {problem && problem.fields.length === 0 && <Trouble problem={problem} />}
        <TextField name={say('name')} value={name} onInput={setName} required wrong={fieldTrouble(problem, 'full_name')} />
        <TextField name={say('email')} type="email" value={email} onInput={setEmail} required wrong={fieldTrouble(problem, 'email')} />
        {!isInvited && <SelectField name={say('person_type')} value={type} onInput={setType} options={TYPES.map((value) => ({ value, text: say(`type_${value}`) }))} />}
        <TextField name={say('roles')} hint={say('roles_hint')} value={roles} onInput={setRoles} optional wrong={fieldTrouble(problem, 'roles')} />
        {mayInvite && <CheckField name={say('invite_too')} hint={say('invite_about')} checked={isInvited} onInput={setInvited} />}
        <div class="foot"><Button kind="quiet" onPress={onClose}>{say('cancel')}</Button><Button kind="main" submits>{say('add_person')}</Button></div>
      </form>
    </Dialog>
  );
}

export function PeoplePage() {
  const { may } = useSession();
  const [wanted, setWanted] = useState('');
  const [isAdding, setAdding] = useState(false);
  const loaded = useLoad((signal) => get<Page<Person>>(`/api/users${query({ q: wanted.trim(), limit: 50 })}`, signal), [wanted.trim()]);
  const more = async () => {
    const { items, next } = loaded.value!;
    const page = await get<Page<Person>>(`/api/users${query({ q: wanted.trim(), limit: 50, cursor: next })}`);
    loaded.set({ items: [...items, ...page.items], next: page.next });
  };
  return (
    <>
      <Title actions={(
        <>
          {may('iam.roles') && <LinkButton to="/app/people/roles" icon="key">{say('roles')}</LinkButton>}
          {may('users.create') && <Button kind="main" icon="plus" onPress={() => setAdding(true)}>{say('add_person')}</Button>}
        </>
      )}>{say('people')}</Title>
      <TextField name={say('find_person')} type="search" value={wanted} onInput={setWanted} />
      <section class="card">
        <Shown of={loaded} bones={<div class="body"><Bones rows={5} height={36} /></div>}>
          {({ items, next }) => items.length === 0 ? <Empty icon="people" title={say('nobody_found')}><p>{say('nobody_found_about')}</p></Empty> : (
            <>
              <ul class="rows">
                {items.map((person) => (
                  <li key={person.id}>
                    <a class="item" data-walk href={`/app/people/${person.id}`}>
                      <span class="avatar" aria-hidden="true">{initials(person.full_name ?? person.email)}</span>
                      <div class="grow"><div class="title">{person.full_name ?? person.email}</div><div class="small muted">{person.email}</div></div>
                      <div class="row">
                        {person.status === 'blocked' && <Badge tone="bad">{say('blocked')}</Badge>}
                        {person.roles.slice(0, 3).map((role) => <Badge key={role}>{role}</Badge>)}
                      </div>
                    </a>
                  </li>
                ))}
              </ul>
              {next && <div class="foot"><Button wide onPress={more}>{say('show_more')}</Button></div>}
            </>
          )}
        </Shown>
      </section>
      {isAdding && <Add onClose={() => { setAdding(false); void loaded.again(); }} />}
    </>
  );
}
