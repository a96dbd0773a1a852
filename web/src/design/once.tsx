// once.tsx - a secret that is shown this once.
import { say } from '../app/words';
import { Button } from './button';
import { Note } from './states';
import { toast } from './toast';

/** `about` says what it opens; `rows` are names and what is copied by hand. */
export function ShownOnce({ about, rows, onClose }: { about: string; rows: [name: string, secret: string][]; onClose: () => void }) {
  const copy = async (secret: string) => {
    await navigator.clipboard.writeText(secret);
    toast(say('copied'));
  };
  return (
    <div class="stack">
      <Note tone="warn">{about}</Note>
      {rows.map(([name, secret]) => (
        <div class="stack-2" key={name}>
          <span class="small muted">{name}</span>
          <div class="row"><code class="secret grow">{secret}</code>{navigator.clipboard && <Button size="small" onPress={() => copy(secret)}>{say('copy')}</Button>}</div>
        </div>
      ))}
      <div class="foot"><Button kind="main" onPress={onClose}>{say('done_with_it')}</Button></div>
    </div>
  );
}
