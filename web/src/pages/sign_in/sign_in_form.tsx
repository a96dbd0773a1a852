// sign_in_form.tsx - by password or by a code from the mail, with a second factor, by passkey.
import { useState } from 'preact/hooks';
import { post, Problem } from '../../app/api';
import { asProblem } from '../../app/load';
import { hasPasskeys, signInByPasskey } from '../../app/passkeys';
import { useSession } from '../../app/session';
import { say } from '../../app/words';
import { Button } from '../../design/button';
import { TextField } from '../../design/field';
import { Note, Trouble } from '../../design/states';

type Step = 'password' | 'code' | 'second';

export function SignInForm() {
  const session = useSession();
  const [step, setStep] = useState<Step>('password');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [second, setSecond] = useState('');
  const [problem, setProblem] = useState<Problem | null>(null);
  const [absent, setAbsent] = useState<string[]>([]);

  const attempt = async (act: () => Promise<unknown>) => {
    setProblem(null);
    try {
      await act();
      await session.look();
    } catch (error) {
      const trouble = asProblem(error);
      if (trouble.code === 'otp_required') setStep('second');
      else setProblem(trouble);
    }
  };
  const signIn = () => {
    const proof = code ? { code: code.trim() } : { password };
    return attempt(() => post('/api/login', { email: email.trim(), ...proof, ...(second ? { totp_code: second.trim() } : {}) }));
  };
  const byPasskey = async () => {
    setProblem(null);
    try {
      if (await signInByPasskey()) await session.look();
    } catch (error) {
      setProblem(asProblem(error));
    }
  };
  const sendCode = async () => {
    if (!email.trim()) {
      setAbsent(['email']);
      return;
    }
    setProblem(null);
    setPassword('');
    try {
      await post('/api/login_request', { channel: 'email', address: email.trim() });
      setStep('code');
    } catch (error) {
      setProblem(asProblem(error));
    }
  };
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    const needed: [string, string][] = step === 'password' ? [['email', email], ['password', password]] : step === 'code' ? [['code', code]] : [['second', second]];
    const empty = needed.filter(([, value]) => value.trim() === '').map(([name]) => name);
    setAbsent(empty);
    if (empty.length > 0 || isBusy) return;
    setBusy(true);
    await signIn();
    setBusy(false);
  };
  const wrong = (name: string) => (absent.includes(name) ? say('field_required') : null);
  const startAgain = () => {
    setStep('password');
    setCode('');
    setSecond('');
    setProblem(null);
  };
  return (
    <form class="stack" onSubmit={submit} noValidate>
      {problem && <Trouble problem={problem} />}
      {step === 'password' && (
        <>
          <TextField name={say('email')} type="email" value={email} onInput={setEmail} required wrong={wrong('email')} more={{ autocomplete: 'username webauthn' }} />
          <TextField name={say('password')} type="password" value={password} onInput={setPassword} required wrong={wrong('password')} more={{ autocomplete: 'current-password' }} />
        </>
      )}
      {step === 'code' && (
        <>
          <Note>{say('code_sent', { email })}</Note>
          <TextField name={say('code_from_mail')} isCode value={code} onInput={setCode} required wrong={wrong('code')} more={{ inputMode: 'numeric', autocomplete: 'one-time-code', maxLength: 8 }} />
        </>
      )}
      {step === 'second' && (
        <TextField name={say('code_from_app')} hint={say('code_from_app_hint')} isCode value={second} onInput={setSecond} required wrong={wrong('second')}
          more={{ inputMode: 'numeric', autocomplete: 'one-time-code', maxLength: 20 }} />
      )}
      <Button kind="main" wide submits busy={isBusy}>{say('sign_in')}</Button>
      {step === 'password' ? (
        <>
          <div class="or">{say('or')}</div>
          <Button wide icon="mail" onPress={sendCode}>{say('send_code')}</Button>
          {hasPasskeys() && <Button wide icon="key" onPress={byPasskey}>{say('by_passkey')}</Button>}
        </>
      ) : <Button kind="quiet" wide onPress={startAgain}>{say('another_way')}</Button>}
    </form>
  );
}
