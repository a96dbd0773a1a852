// invitation_page.tsx - somebody was asked in: he sees who is meant and chooses a password. Looking uses nothing up.
import { useEffect, useState } from 'preact/hooks';
import { post, Problem } from '../../app/api';
import { asProblem, useLoad } from '../../app/load';
import { go } from '../../app/router';
import { useSession } from '../../app/session';
import { fieldTrouble } from '../../app/troubles';
import { say } from '../../app/words';
import { Button } from '../../design/button';
import { TextField } from '../../design/field';
import { Shown, Trouble } from '../../design/states';
import { Gate } from './gate';
import { PASSWORD_MIN } from './set_up_page';

interface Invited {
  email: string;
  full_name: string | null;
}

export function InvitationPage() {
  const session = useSession();
  const [invitation] = useState(() => location.hash.slice(1)); // behind the #, where no server and no log sees it
  const [password, setPassword] = useState('');
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isTried, setTried] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const loaded = useLoad(() => post<Invited>('/api/invitations/look', { invitation }), []);
  useEffect(() => history.replaceState(null, '', location.pathname), []);
  const isShort = password.length < PASSWORD_MIN;
  const submit = async (event: Event) => {
    event.preventDefault();
    setTried(true);
    if (isShort || isBusy) return;
    setBusy(true);
    try {
      await post('/api/invitations/accept', { invitation, password });
      go('/app/start', 'replace');
      await session.look();
    } catch (error) {
      setProblem(asProblem(error));
    }
    setBusy(false);
  };
  return (
    <Gate title={say('invitation_title')}>
      <Shown of={loaded}>
        {(invited) => (
          <form class="stack" onSubmit={submit} noValidate>
            <p>{say('invitation_about', { name: invited.full_name ?? invited.email, email: invited.email })}</p>
            {problem && problem.fields.length === 0 && <Trouble problem={problem} />}
            <TextField name={say('password')} type="password" value={password} onInput={setPassword} required hint={say('password_hint')}
              wrong={isTried && isShort ? say('password_short', { count: PASSWORD_MIN }) : fieldTrouble(problem, 'password')}
              more={{ autocomplete: 'new-password', maxLength: 128 }} />
            <Button kind="main" wide submits busy={isBusy}>{say('come_in')}</Button>
          </form>
        )}
      </Shown>
    </Gate>
  );
}
