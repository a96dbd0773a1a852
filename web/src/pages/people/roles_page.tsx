// roles_page.tsx - what each role may do, and as what it takes part in cases.
import { useState } from 'preact/hooks';
import { get, Page, patch, post, Problem, remove } from '../../app/api';
import { asProblem, useLoad } from '../../app/load';
import { Title } from '../../app/shell';
import { fieldTrouble } from '../../app/troubles';
import { say } from '../../app/words';
import { Button } from '../../design/button';
import { Dialog } from '../../design/dialog';
import { TextField } from '../../design/field';
import { Badge, Bones, Empty, Shown, Trouble } from '../../design/states';
import { toast } from '../../design/toast';

interface Role {
  name: string;
  meaning: string | null;
  permissions: string[];
  participants: string[];
  revision: number;
}

const listOf = (text: string) => text.split(/[\n,]/).map((line) => line.trim()).filter(Boolean);

function Edit({ role, onClose, onDone }: { role: Role | null; onClose: () => void; onDone: () => void }) {
  const [name, setName] = useState(role?.name ?? '');
  const [meaning, setMeaning] = useState(role?.meaning ?? '');
  const [permissions, setPermissions] = useState((role?.permissions ?? []).join('\n'));
  const [participants, setParticipants] = useState((role?.participants ?? []).join('\n'));
  const [problem, setProblem] = useState<Problem | null>(null);
  const submit = async (event: Event) => {
    event.preventDefault();
    const body = { meaning: meaning.trim() || null, permissions: listOf(permissions), participants: listOf(participants) };
    try {
      if (role) await patch(`/api/roles/${role.name}`, body, { revision: role.revision });
      else await post('/api/roles', { name: name.trim(), ...body });
      toast(say('saved'));
      onDone();
    } catch (error) {
      setProblem(asProblem(error));
    }
  };
  return (
    <Dialog title={role ? role.name : say('add_role')} onClose={onClose}>
      <form class="stack" onSubmit={submit} noValidate>
        {problem && problem.fields.length === 0 && <Trouble problem={problem} />}
        {!role && <TextField name={say('name')} value={name} onInput={setName} required wrong={fieldTrouble(problem, 'name')} />}
        <TextField name={say('role_meaning')} value={meaning} onInput={setMeaning} optional wrong={fieldTrouble(problem, 'meaning')} />
        <TextField name={say('permissions')} hint={say('permissions_hint')} value={permissions} onInput={setPermissions} rows={4} optional wrong={fieldTrouble(problem, 'permissions')} />
        <TextField name={say('participants')} hint={say('participants_hint')} value={participants} onInput={setParticipants} rows={3} optional wrong={fieldTrouble(problem, 'participants')} />
        <div class="foot"><Button kind="quiet" onPress={onClose}>{say('cancel')}</Button><Button kind="main" submits>{say('save')}</Button></div>
      </form>
    </Dialog>
  );
}

export function RolesPage() {
  const [edited, setEdited] = useState<Role | 'new' | null>(null);
  const loaded = useLoad(() => get<Page<Role>>('/api/roles'), []);
  const again = () => {
    setEdited(null);
    void loaded.again();
  };
  const drop = async (role: Role) => {
    await remove(`/api/roles/${role.name}`, { revision: role.revision });
    const { name, meaning, permissions, participants } = role;
    toast(say('removed'), async () => {
      await post('/api/roles', { name, meaning, permissions, participants });
      await loaded.again();
    });
    await loaded.again();
  };
  return (
    <>
      <Title back={say('people')} backTo="/app/people" actions={<Button kind="main" icon="plus" onPress={() => setEdited('new')}>{say('add_role')}</Button>}>{say('roles')}</Title>
      <section class="card">
        <Shown of={loaded} bones={<div class="body"><Bones rows={4} height={36} /></div>}>
          {({ items }) => items.length === 0 ? <Empty icon="key" title={say('no_roles_title')}><p>{say('no_roles')}</p></Empty> : (
            <ul class="rows">
              {items.map((role) => (
                <li key={role.name} class="item">
                  <div class="grow stack-2">
                    <div class="title">{role.name}</div>
                    {role.meaning && <div class="small muted">{role.meaning}</div>}
                    <div class="row">
                      {role.participants.map((one) => <Badge key={one} tone="accent">{one}</Badge>)}
                      {role.permissions.map((one) => <Badge key={one}>{one}</Badge>)}
                    </div>
                  </div>
                  {role.name !== 'owner' && (
                    <div class="row">
                      <Button size="small" onPress={() => setEdited(role)}>{say('change')}</Button>
                      <Button size="small" kind="quiet" onPress={() => drop(role)}>{say('remove')}</Button>
                    </div>
                  )}
                </li>
              ))}
            </ul>
          )}
        </Shown>
      </section>
      {edited && <Edit role={edited === 'new' ? null : edited} onClose={() => setEdited(null)} onDone={again} />}
    </>
  );
}
