// person_page.tsx - one person: what is known, his roles, the door closed or opened, and who is forgotten for good.
import { useState } from 'preact/hooks';
import { get, patch, post, Problem } from '../../app/api';
import { asProblem, useLoad } from '../../app/load';
import { go } from '../../app/router';
import { useSession } from '../../app/session';
import { Title } from '../../app/shell';
import { fieldTrouble } from '../../app/troubles';
import { moment, say } from '../../app/words';
import { Button } from '../../design/button';
import { Dialog } from '../../design/dialog';
import { TextField } from '../../design/field';
import { Badge, Bones, Note, Shown, Trouble } from '../../design/states';
import { Sure } from '../../design/sure';
import { toast } from '../../design/toast';
import { Person } from './people_page';

function Edit({ person, onSaved }: { person: Person; onSaved: (person: Person) => void }) {
  const [name, setName] = useState(person.full_name ?? '');
  const [roles, setRoles] = useState(person.roles.join(', '));
  const [problem, setProblem] = useState<Problem | null>(null);
  const save = async () => {
    const wanted = roles.split(',').map((role) => role.trim()).filter(Boolean);
    setProblem(null);
    try {
      const saved = await patch<Person>(`/api/users/${person.id}`, { full_name: name.trim(), roles: wanted }, { revision: person.revision });
      onSaved(saved);
      toast(say('saved'), async () => {
        const back = { full_name: person.full_name, roles: person.roles };
        onSaved(await patch<Person>(`/api/users/${person.id}`, back, { revision: saved.revision }));
      });
    } catch (error) {
      setProblem(asProblem(error));
    }
  };
  return (
    <section class="card">
      <div class="head"><h2>{say('details')}</h2></div>
      <div class="body stack">
        {problem && problem.fields.length === 0 && <Trouble problem={problem} />}
        <TextField name={say('name')} value={name} onInput={setName} wrong={fieldTrouble(problem, 'full_name')} />
        <TextField name={say('roles')} hint={say('roles_hint')} value={roles} onInput={setRoles} wrong={fieldTrouble(problem, 'roles')} />
        <div class="row"><Button kind="main" onPress={save}>{say('save')}</Button></div>
      </div>
    </section>
  );
}

function Block({ person, onClose, onDone }: { person: Person; onClose: () => void; onDone: (person: Person) => void }) {
  const [reason, setReason] = useState('');
  const [problem, setProblem] = useState<Problem | null>(null);
  const submit = async (event: Event) => {
    event.preventDefault();
    try {
      onDone(await post<Person>(`/api/users/${person.id}/block`, { reason: reason.trim() }, { revision: person.revision }));
    } catch (error) {
      setProblem(asProblem(error));
    }
  };
  return (
    <Dialog title={say('block')} onClose={onClose}>
      <form class="stack" onSubmit={submit} noValidate>
        <p class="muted">{say('block_about')}</p>
        {problem && <Trouble problem={problem} />}
        <TextField name={say('reason')} value={reason} onInput={setReason} rows={2} optional />
        <div class="foot"><Button kind="quiet" onPress={onClose}>{say('cancel')}</Button><Button kind="danger" submits>{say('block')}</Button></div>
      </form>
    </Dialog>
  );
}

export function PersonPage({ id }: Record<string, string>) {
  const { may } = useSession();
  const [isBlocking, setBlocking] = useState(false);
  const [isForgetting, setForgetting] = useState(false);
  const loaded = useLoad(() => get<Person>(`/api/users/${id}`), [id]);
  const unblock = async () => {
    loaded.set(await post<Person>(`/api/users/${id}/unblock`, {}, { revision: loaded.value!.revision }));
    toast(say('unblocked'));
  };
  const forget = async () => {
    await post(`/api/users/${id}/forget`, {}, { revision: loaded.value!.revision });
    go('/app/people');
    toast(say('person_forgotten'));
  };
  return (
    <Shown of={loaded} bones={<Bones rows={5} height={36} />}>
      {(person) => (
        <>
          <Title back={say('people')} backTo="/app/people" under={<div class="row"><span class="muted">{person.email}</span>{person.roles.map((role) => <Badge key={role}>{role}</Badge>)}</div>}
            actions={(
              <>
                {may('users.block') && (person.status === 'blocked'
                  ? <Button onPress={unblock}>{say('unblock')}</Button>
                  : <Button kind="danger" onPress={() => setBlocking(true)}>{say('block')}</Button>)}
                {person.status === 'blocked' && may('users.forget') && <Button kind="danger" onPress={() => setForgetting(true)}>{say('forget')}</Button>}
              </>
            )}>{person.full_name ?? person.email}</Title>
          {person.status === 'blocked' && <Note tone="bad"><strong>{say('blocked')}</strong>{person.block_reason && <p>{person.block_reason}</p>}</Note>}
          {may('users.change') ? <Edit key={person.revision} person={person} onSaved={loaded.set} /> : null}
          <p class="small muted">{say('known_since', { when: moment(person.created_at) })}</p>
          {isBlocking && <Block person={person} onClose={() => setBlocking(false)} onDone={(blocked) => { setBlocking(false); loaded.set(blocked); }} />}
          {isForgetting && <Sure title={say('forget_person')} about={say('forget_person_about')} yes={say('forget_for_good')} onYes={forget} onClose={() => setForgetting(false)} />}
        </>
      )}
    </Shown>
  );
}
