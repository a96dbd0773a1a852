// set_up_page.tsx - the first visit: who owns this house. There is no password before somebody chooses one.
import { useState } from 'preact/hooks';
import { post, Problem } from '../../app/api';
import { asProblem } from '../../app/load';
import { useSession } from '../../app/session';
import { fieldTrouble } from '../../app/troubles';
import { language, say } from '../../app/words';
import { Button } from '../../design/button';
import { TextField } from '../../design/field';
import { Trouble } from '../../design/states';
import { FirstChoice } from '../house/first_choice';
import { Gate } from './gate';

export const PASSWORD_MIN = 8;

export function SetUpPage() {
  const session = useSession();
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [isTried, setTried] = useState(false);
  const [isOwned, setOwned] = useState(false);
  const lacks = (value: string) => (isTried && value.trim() === '' ? say('field_required') : null);
  const isComplete = name.trim() && email.trim() && password.length >= PASSWORD_MIN && (!session.needsCode || code.trim());
  const submit = async (event: Event) => {
    event.preventDefault();
    setTried(true);
    if (!isComplete || isBusy) return;
    setBusy(true);
    setProblem(null);
    try {
      await post('/api/setup', { full_name: name.trim(), email: email.trim(), password, locale: language(), ...(code ? { setup_code: code.trim() } : {}) });
      setOwned(true);
    } catch (error) {
      setProblem(asProblem(error));
    }
    setBusy(false);
  };
  const short = isTried && password.length < PASSWORD_MIN ? say('password_short', { count: PASSWORD_MIN }) : null;
  if (isOwned) return <FirstChoice onDone={session.look} />;
  return (
    <Gate title={say('set_up_title')}>
      <p class="muted">{say('set_up_about')}</p>
      <form class="stack" onSubmit={submit} noValidate>
        {problem && problem.fields.length === 0 && <Trouble problem={problem} />}
        {session.needsCode && (
          <TextField name={say('set_up_code')} hint={say('set_up_code_hint')} value={code} onInput={setCode} required
            wrong={lacks(code) ?? fieldTrouble(problem, 'setup_code')} more={{ autocomplete: 'off' }} />
        )}
        <TextField name={say('your_name')} value={name} onInput={setName} required wrong={lacks(name) ?? fieldTrouble(problem, 'full_name')} more={{ autocomplete: 'name' }} />
        <TextField name={say('email')} type="email" value={email} onInput={setEmail} required wrong={lacks(email) ?? fieldTrouble(problem, 'email')} more={{ autocomplete: 'email' }} />
        <TextField name={say('password')} type="password" value={password} onInput={setPassword} required hint={say('password_hint')}
          wrong={short ?? fieldTrouble(problem, 'password')} more={{ autocomplete: 'new-password', maxLength: 128 }} />
        <Button kind="main" wide submits busy={isBusy}>{say('set_up_do')}</Button>
      </form>
    </Gate>
  );
}
