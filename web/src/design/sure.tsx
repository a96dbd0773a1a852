// sure.tsx - a question before what cannot be taken back.
import { useState } from 'preact/hooks';
import { Problem } from '../app/api';
import { asProblem } from '../app/load';
import { say } from '../app/words';
import { Button } from './button';
import { Dialog } from './dialog';
import { Trouble } from './states';

export function Sure({ title, about, yes, onYes, onClose }: {
  title: string; about: string; yes: string; onYes: () => Promise<void>; onClose: () => void;
}) {
  const [problem, setProblem] = useState<Problem | null>(null);
  const act = async () => {
    setProblem(null);
    await onYes().catch((error) => setProblem(asProblem(error)));
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <div class="stack">
        <p>{about}</p>
        {problem && <Trouble problem={problem} />}
        <div class="foot"><Button kind="quiet" onPress={onClose}>{say('cancel')}</Button><Button kind="danger" onPress={act}>{yes}</Button></div>
      </div>
    </Dialog>
  );
}
