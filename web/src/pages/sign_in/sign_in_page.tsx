// sign_in_page.tsx - for whoever comes in; and in front of the view of somebody whose session has ended.
import { useEffect, useRef } from 'preact/hooks';
import { say } from '../../app/words';
import { Gate } from './gate';
import { SignInForm } from './sign_in_form';

export function SignInPage() {
  return <Gate title={say('sign_in_title')}><SignInForm /></Gate>;
}

/** What he has written behind it stays as it is. */
export function SignInAgain() {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current!.showModal(), []);
  return (
    <dialog ref={dialog} aria-label={say('sign_in_title')} onCancel={(event) => event.preventDefault()}>
      <div class="body stack">
        <h2>{say('signed_out_title')}</h2>
        <p class="muted">{say('signed_out_stays')}</p>
        <SignInForm />
      </div>
    </dialog>
  );
}
