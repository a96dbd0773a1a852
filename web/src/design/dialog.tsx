// dialog.tsx - a question in front of everything else; Escape closes it, focus comes back.
import { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { say } from '../app/words';
import { Button } from './button';

export function Dialog({ title, wide, onClose, children }: {
  title: string; wide?: boolean; onClose: () => void; children: ComponentChildren;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    dialog.current!.showModal();
  }, []);
  return (
    <dialog ref={dialog} class={wide ? 'wide' : undefined} aria-labelledby={id} onClose={onClose}
      onClick={(event) => event.target === dialog.current && dialog.current!.close()}>
      <div class="head">
        <h2 id={id} class="grow">{title}</h2>
        <Button kind="quiet" size="square" icon="cross" title={say('close')} onPress={() => dialog.current!.close()} />
      </div>
      <div class="body">{children}</div>
    </dialog>
  );
}
