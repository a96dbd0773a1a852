// password_dialog.tsx - another password; other sessions end with the old one.
import { useState } from 'preact/hooks';
import { post, Problem } from '../../app/api';
import { asProblem } from '../../app/load';
import { fieldTrouble } from '../../app/troubles';
import { say } from '../../app/words';
import { Button } from '../../design/button';
import { Dialog } from '../../design/dialog';
import { TextField } from '../../design/field';
import { Trouble } from '../../design/states';
import { toast } from '../../design/toast';
import { PASSWORD_MIN } from '../sign_in/set_up_page';

export function PasswordDialog({ onClose }: { onClose: () => void }) {
  const [current, setCurrent] = useState('');
  const [password, setPassword] = useState('');
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isTried, setTried] = useState(false);
  const isShort = password.length < PASSWORD_MIN;
  const submit = async (event: Event) => {
    event.preventDefault();
    setTried(true);
    if (isShort) return;
    try {
      await post('/api/password', { ...(current ? { current } : {}), password });
      toast(say('password_changed'));
      onClose();
    } catch (error) {
      setProblem(asProblem(error));
    }
  };
  return (
    <Dialog title={say('change_password')} onClose={onClose}>
      <form class="stack" onSubmit={submit} noValidate>
        {problem && problem.fields.length === 0 && <Trouble problem={problem} />}
        <TextField name={say('current_password')} type="password" value={current} onInput={setCurrent} wrong={fieldTrouble(problem, 'current')} more={{ autocomplete: 'current-password' }} />
        <TextField name={say('new_password')} type="password" value={password} onInput={setPassword} hint={say('password_hint')}
          wrong={isTried && isShort ? say('password_short', { count: PASSWORD_MIN }) : fieldTrouble(problem, 'password')} more={{ autocomplete: 'new-password', maxLength: 128 }} />
        <div class="foot"><Button kind="quiet" onPress={onClose}>{say('cancel')}</Button><Button kind="main" submits>{say('save')}</Button></div>
      </form>
    </Dialog>
  );
}
