// second_dialog.tsx - a second factor: an app that shows codes. Begun, confirmed with a code, removed with a code.
import { useEffect, useState } from 'preact/hooks';
import { post, Problem } from '../../app/api';
import { asProblem } from '../../app/load';
import { say } from '../../app/words';
import { Button } from '../../design/button';
import { Dialog } from '../../design/dialog';
import { TextField } from '../../design/field';
import { QrCode } from '../../design/qr_code';
import { Bones, Note, Trouble } from '../../design/states';
import { toast } from '../../design/toast';

type Step = { is: 'asking' } | { is: 'begun'; secret: string; uri: string } | { is: 'on' } | { is: 'confirmed'; codes: string[] };

const grouped = (secret: string) => secret.replace(/(.{4})/g, '$1 ').trim();

export function SecondDialog({ onClose }: { onClose: () => void }) {
  const [step, setStep] = useState<Step>({ is: 'asking' });
  const [code, setCode] = useState('');
  const [problem, setProblem] = useState<Problem | null>(null);
  const attempt = async (act: () => Promise<void>) => {
    setProblem(null);
    try {
      await act();
    } catch (error) {
      setProblem(asProblem(error));
    }
  };
  useEffect(() => {
    post<{ secret: string; uri: string }>('/api/profile/totp').then(
      (begun) => setStep({ is: 'begun', ...begun }),
      (error) => (asProblem(error).code === 'totp_is_on' ? setStep({ is: 'on' }) : setProblem(asProblem(error))),
    );
  }, []);
  const submit = (event: Event) => {
    event.preventDefault();
    void attempt(async () => {
      if (step.is === 'on') {
        await post('/api/profile/totp/remove', { totp_code: code.trim() });
        toast(say('removed'));
        onClose();
      } else {
        const said = await post<{ recovery_codes: string[] }>('/api/profile/totp/confirm', { totp_code: code.trim() });
        setStep({ is: 'confirmed', codes: said.recovery_codes });
      }
    });
  };
  const ask = (
    <TextField name={say('code_from_app')} isCode value={code} onInput={setCode} more={{ inputMode: 'numeric', autocomplete: 'one-time-code', maxLength: 20 }} />
  );
  return (
    <Dialog title={say('second_factor')} onClose={onClose}>
      {problem && <Trouble problem={problem} />}
      {step.is === 'asking' && !problem && <Bones />}
      {step.is === 'begun' && (
        <form class="stack" onSubmit={submit} noValidate>
          <p>{say('second_begin')}</p>
          <QrCode text={step.uri} name={say('second_picture')} />
          <p><code class="secret">{grouped(step.secret)}</code></p>
          <p><a href={step.uri}>{say('open_in_app')}</a></p>
          {ask}
          <div class="foot"><Button kind="quiet" onPress={onClose}>{say('cancel')}</Button><Button kind="main" submits>{say('turn_on')}</Button></div>
        </form>
      )}
      {step.is === 'on' && (
        <form class="stack" onSubmit={submit} noValidate>
          <p>{say('second_is_on')}</p>
          {ask}
          <div class="foot"><Button kind="quiet" onPress={onClose}>{say('cancel')}</Button><Button kind="danger" submits>{say('turn_off')}</Button></div>
        </form>
      )}
      {step.is === 'confirmed' && (
        <div class="stack">
          <Note tone="good"><strong>{say('second_done')}</strong><p>{say('recovery_about')}</p></Note>
          <ul class="codes" aria-label={say('recovery_codes')}>{step.codes.map((one) => <li key={one}><code>{one}</code></li>)}</ul>
          <div class="foot"><Button kind="main" onPress={onClose}>{say('done_with_it')}</Button></div>
        </div>
      )}
    </Dialog>
  );
}
