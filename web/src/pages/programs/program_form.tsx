// program_form.tsx - what is known of a program that lets people sign in here; a new one gets its secret.
import { useState } from 'preact/hooks';
import { patch, post, Problem } from '../../app/api';
import { asProblem } from '../../app/load';
import { fieldTrouble } from '../../app/troubles';
import { say } from '../../app/words';
import { Button } from '../../design/button';
import { Dialog } from '../../design/dialog';
import { CheckField, TextField } from '../../design/field';
import { ShownOnce } from '../../design/once';
import { Trouble } from '../../design/states';
import { toast } from '../../design/toast';

export interface Program {
  client_id: string;
  name: string;
  redirect_uris: string[];
  post_logout_redirect_uris: string[];
  scopes: string[];
  is_trusted: boolean;
  is_public: boolean;
  revision: number;
  created_at: string;
  client_secret?: string | null;
}

const SCOPES = ['openid', 'profile', 'email', 'offline_access', 'api'] as const;

const listOf = (text: string) => text.split(/\s+/).filter(Boolean);

export function ProgramSecret({ program, onClose }: { program: Program; onClose: () => void }) {
  const rows: [string, string][] = [[say('program_id'), program.client_id]];
  if (program.client_secret) rows.push([say('program_secret'), program.client_secret]);
  return <ShownOnce about={say(program.client_secret ? 'program_once' : 'program_public_once')} rows={rows} onClose={onClose} />;
}

export function ProgramForm({ program, onClose, onDone }: { program: Program | null; onClose: () => void; onDone: () => void }) {
  const [name, setName] = useState(program?.name ?? '');
  const [back, setBack] = useState((program?.redirect_uris ?? []).join('\n'));
  const [out, setOut] = useState((program?.post_logout_redirect_uris ?? []).join('\n'));
  const [scopes, setScopes] = useState<string[]>(program?.scopes ?? ['openid', 'profile', 'email']);
  const [isTrusted, setTrusted] = useState(program?.is_trusted ?? false);
  const [isPublic, setPublic] = useState(program?.is_public ?? false);
  const [made, setMade] = useState<Program | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const submit = async (event: Event) => {
    event.preventDefault();
    setProblem(null);
    const body = { name: name.trim(), redirect_uris: listOf(back), post_logout_redirect_uris: listOf(out), scopes, is_trusted: isTrusted };
    try {
      if (program) {
        await patch(`/api/oauth/clients/${program.client_id}`, body, { revision: program.revision });
        toast(say('saved'));
        onClose();
      } else {
        setMade(await post<Program>('/api/oauth/clients', { ...body, is_public: isPublic }));
      }
      onDone();
    } catch (error) {
      setProblem(asProblem(error));
    }
  };
  const choose = (scope: string, isChosen: boolean) => setScopes(SCOPES.filter((one) => (one === scope ? isChosen : scopes.includes(one))));
  if (made) return <Dialog title={made.name} onClose={onClose}><ProgramSecret program={made} onClose={onClose} /></Dialog>;
  return (
    <Dialog title={program ? program.name : say('add_program')} onClose={onClose}>
      <form class="stack" onSubmit={submit} noValidate>
        {problem && problem.fields.length === 0 && <Trouble problem={problem} />}
        <TextField name={say('program_name')} hint={say('program_name_hint')} value={name} onInput={setName} required wrong={fieldTrouble(problem, 'name')} more={{ maxLength: 100 }} />
        <TextField name={say('redirect_uris')} hint={say('redirect_hint')} value={back} onInput={setBack} rows={2} wrong={fieldTrouble(problem, 'redirect_uris')} />
        <TextField name={say('logout_uris')} value={out} onInput={setOut} rows={2} optional wrong={fieldTrouble(problem, 'post_logout_redirect_uris')} />
        <fieldset class="stack-2">
          <legend>{say('scopes')}</legend>
          {SCOPES.map((scope) => <CheckField key={scope} name={say(`scope_${scope}`)} checked={scopes.includes(scope)} onInput={(isChosen) => choose(scope, isChosen)} />)}
        </fieldset>
        <CheckField name={say('program_trusted')} hint={say('program_trusted_hint')} checked={isTrusted} onInput={setTrusted} />
        {!program && <CheckField name={say('program_public')} hint={say('program_public_hint')} checked={isPublic} onInput={setPublic} />}
        <div class="foot"><Button kind="quiet" onPress={onClose}>{say('cancel')}</Button><Button kind="main" submits>{say(program ? 'save' : 'add_program')}</Button></div>
      </form>
    </Dialog>
  );
}
