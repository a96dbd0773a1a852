// guest_page.tsx - a stranger begins by himself: his address, a code from a letter, and he is at his request.
import { useEffect, useState } from 'preact/hooks';
import { post, Problem } from '../../../app/api';
import { asProblem } from '../../../app/load';
import { go } from '../../../app/router';
import { useSession } from '../../../app/session';
import { fieldTrouble } from '../../../app/troubles';
import { language, say } from '../../../app/words';
import { Button } from '../../../design/button';
import { TextField } from '../../../design/field';
import { Note, Trouble } from '../../../design/states';
import { Gate } from '../../../pages/sign_in/gate';
import { tell } from '../words';

const AT_HOME = '/app/phoenix/request';

export function GuestPage() {
  const session = useSession();
  const [isSent, setSent] = useState(false);
  const [email, setEmail] = useState('');
  const [name, setName] = useState('');
  const [code, setCode] = useState('');
  const [second, setSecond] = useState('');
  const [needsSecond, setNeedsSecond] = useState(false);
  const [absent, setAbsent] = useState<string[]>([]);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isBusy, setBusy] = useState(false);
  useEffect(() => {
    if (session.state === 'somebody') go(AT_HOME, 'replace');
  }, [session.state]);
  const attempt = async (act: () => Promise<void>) => {
    setBusy(true);
    setProblem(null);
    try {
      await act();
    } catch (error) {
      const trouble = asProblem(error);
      if (trouble.code === 'otp_required') setNeedsSecond(true);
      else setProblem(trouble);
    }
    setBusy(false);
  };
  const send = () => attempt(async () => {
    await post('/api/guest_request', { email: email.trim(), locale: language() });
    setSent(true);
  });
  const come = () => attempt(async () => {
    const known = name.trim() ? { full_name: name.trim() } : {};
    await post('/api/guest_start', { email: email.trim(), locale: language(), code: code.trim(), ...known, ...(needsSecond ? { totp_code: second.trim() } : {}) });
    await session.look();
  });
  const submit = (event: Event) => {
    event.preventDefault();
    const needed: [string, string][] = isSent ? [['code', code]] : [['email', email]];
    const empty = needed.filter(([, value]) => value.trim() === '').map(([field]) => field);
    setAbsent(empty);
    if (empty.length === 0 && !isBusy) void (isSent ? come() : send());
  };
  const wrong = (field: string) => (absent.includes(field) ? say('field_required') : fieldTrouble(problem, field));
  const again = () => {
    setSent(false);
    setCode('');
    setProblem(null);
  };
  return (
    <Gate title={tell('welcome_title')}>
      <form class="stack" onSubmit={submit} noValidate>
        {problem && problem.fields.length === 0 && (problem.code === 'guests_unwelcome' ? <Note tone="warn">{tell('guests_unwelcome')}</Note> : <Trouble problem={problem} />)}
        {isSent ? (
          <>
            <Note>{tell('guest_sent', { email: email.trim() })}</Note>
            <TextField name={say('code_from_mail')} isCode value={code} onInput={setCode} required wrong={wrong('code')} more={{ inputMode: 'numeric', autocomplete: 'one-time-code', maxLength: 8 }} />
            {needsSecond && <TextField name={say('code_from_app')} hint={say('code_from_app_hint')} isCode value={second} onInput={setSecond} more={{ inputMode: 'numeric', autocomplete: 'one-time-code', maxLength: 20 }} />}
            <Button kind="main" wide submits busy={isBusy}>{tell('guest_come')}</Button>
            <Button kind="quiet" wide onPress={again}>{tell('guest_again')}</Button>
          </>
        ) : (
          <>
            <p>{tell('guest_about')}</p>
            <TextField name={tell('guest_email')} type="email" value={email} onInput={setEmail} required wrong={wrong('email')} more={{ autocomplete: 'email' }} />
            <TextField name={tell('guest_name')} value={name} onInput={setName} optional wrong={wrong('full_name')} more={{ autocomplete: 'name', maxLength: 200 }} />
            <Button kind="main" wide submits busy={isBusy}>{tell('guest_send')}</Button>
            <p class="small"><a href={AT_HOME}>{tell('guest_sign_in')}</a></p>
          </>
        )}
      </form>
    </Gate>
  );
}
