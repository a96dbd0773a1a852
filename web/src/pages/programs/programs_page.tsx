// programs_page.tsx - the programs whose people sign in here: registered, changed, a new secret, removed.
import { useState } from 'preact/hooks';
import { get, Page, post, remove } from '../../app/api';
import { useLoad } from '../../app/load';
import { Title } from '../../app/shell';
import { ago, say } from '../../app/words';
import { Button } from '../../design/button';
import { Dialog } from '../../design/dialog';
import { Badge, Bones, Empty, Shown } from '../../design/states';
import { Sure } from '../../design/sure';
import { toast } from '../../design/toast';
import { Program, ProgramForm, ProgramSecret } from './program_form';

type Open = { is: 'new' } | { is: 'change' | 'secret' | 'remove' | 'made'; of: Program } | { is: 'keys' } | null;

function Row({ of, onOpen }: { of: Program; onOpen: (open: Open) => void }) {
  const unseen = <span class="unseen"> {of.name}</span>;
  return (
    <li class="item">
      <div class="grow stack-2">
        <div class="title">{of.name}</div>
        <div class="small muted">{of.redirect_uris.join(', ') || say('no_redirects')} · {ago(of.created_at)}</div>
        <div class="row">
          {of.is_public && <Badge>{say('program_is_public')}</Badge>}
          {of.is_trusted && <Badge tone="accent">{say('program_is_trusted')}</Badge>}
          {of.scopes.map((scope) => <Badge key={scope}>{scope}</Badge>)}
        </div>
      </div>
      <div class="row">
        <Button size="small" onPress={() => onOpen({ is: 'change', of })}>{say('change')}{unseen}</Button>
        {!of.is_public && <Button size="small" kind="quiet" icon="key" onPress={() => onOpen({ is: 'secret', of })}>{say('new_secret')}{unseen}</Button>}
        <Button size="small" kind="quiet" onPress={() => onOpen({ is: 'remove', of })}>{say('remove')}{unseen}</Button>
      </div>
    </li>
  );
}

export function ProgramsPage() {
  const [open, setOpen] = useState<Open>(null);
  const loaded = useLoad(() => get<Page<Program>>('/api/oauth/clients'), []);
  const close = () => setOpen(null);
  const renew = async (of: Program) => {
    setOpen({ is: 'made', of: await post<Program>(`/api/oauth/clients/${of.client_id}/secret`, {}, { revision: of.revision }) });
    await loaded.again();
  };
  const drop = async (of: Program) => {
    await remove(`/api/oauth/clients/${of.client_id}`);
    close();
    toast(say('removed'));
    await loaded.again();
  };
  const renewKeys = async () => {
    await post('/api/oauth/keys');
    close();
    toast(say('keys_renewed'));
  };
  return (
    <>
      <Title under={<p class="muted">{say('programs_about')}</p>} actions={(
        <>
          <Button icon="again" onPress={() => setOpen({ is: 'keys' })}>{say('renew_keys')}</Button>
          <Button kind="main" icon="plus" onPress={() => setOpen({ is: 'new' })}>{say('add_program')}</Button>
        </>
      )}>{say('programs')}</Title>
      <section class="card">
        <Shown of={loaded} bones={<div class="body"><Bones rows={4} height={36} /></div>}>
          {({ items }) => items.length === 0 ? <Empty icon="key" title={say('no_programs_title')}><p>{say('no_programs')}</p></Empty> : (
            <ul class="rows">{items.map((of) => <Row key={of.client_id} of={of} onOpen={setOpen} />)}</ul>
          )}
        </Shown>
      </section>
      {open?.is === 'new' && <ProgramForm program={null} onClose={close} onDone={() => void loaded.again()} />}
      {open?.is === 'change' && <ProgramForm program={open.of} onClose={close} onDone={() => void loaded.again()} />}
      {open?.is === 'made' && <Dialog title={open.of.name} onClose={close}><ProgramSecret program={open.of} onClose={close} /></Dialog>}
      {open?.is === 'secret' && <Sure title={open.of.name} about={say('new_secret_about')} yes={say('new_secret')} onYes={() => renew(open.of)} onClose={close} />}
      {open?.is === 'remove' && <Sure title={open.of.name} about={say('remove_program_about')} yes={say('remove')} onYes={() => drop(open.of)} onClose={close} />}
      {open?.is === 'keys' && <Sure title={say('renew_keys')} about={say('renew_keys_about')} yes={say('renew_keys')} onYes={renewKeys} onClose={close} />}
    </>
  );
}
