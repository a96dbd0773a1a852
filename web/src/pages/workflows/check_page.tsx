// check_page.tsx - a pasted definition: what would be wrong with it here, with the shortest way there drawn.
import { useState } from 'preact/hooks';
import { post, Problem } from '../../app/api';
import { asProblem } from '../../app/load';
import { useSession } from '../../app/session';
import { Title } from '../../app/shell';
import { isDark } from '../../app/theme';
import { language, say } from '../../app/words';
import { Button } from '../../design/button';
import { Field } from '../../design/field';
import { Note, Trouble } from '../../design/states';

interface Verdict {
  ok: boolean;
  workflow?: string;
  version?: number;
  complaints: { line?: number; column?: number; sentence: string }[];
  picture: string | null;
}

const asImage = (svg: string) => `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;

function Said({ verdict }: { verdict: Verdict }) {
  return (
    <section class="stack" aria-live="polite">
      {verdict.ok ? <Note tone="good"><strong>{say('sound_title')}</strong><p>{say('sound')}</p></Note> : (
        <Note tone="bad">
          <strong>{say('complaints_count', { count: verdict.complaints.length })}</strong>
          <ul class="stack-2">
            {verdict.complaints.map(({ line, column, sentence }) => (
              <li key={`${line}${sentence}`}>{line != null && <code>{line}:{column} </code>}{sentence}</li>
            ))}
          </ul>
        </Note>
      )}
      {verdict.picture && <div class="card"><div class="body"><div class="net fits" tabIndex={0} role="region" aria-label={say('picture')}>
        <img src={asImage(verdict.picture)} alt={say('picture_of_workflow', { name: verdict.workflow ?? '' })} /></div></div></div>}
    </section>
  );
}

export function CheckPage() {
  const { services } = useSession();
  const [text, setText] = useState('');
  const [verdict, setVerdict] = useState<Verdict | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const service = services.find(({ has_cases }) => has_cases)?.name;
  const check = async () => {
    setProblem(null);
    try {
      setVerdict(await post<Verdict>(`/api/checks/${service}`, { text, language: language(), theme: isDark() ? 'dark' : 'light' }));
    } catch (error) {
      setProblem(asProblem(error));
    }
  };
  return (
    <>
      <Title back={say('workflows')} backTo="/app/workflows">{say('check_definition')}</Title>
      <Field name={say('definition')} hint={say('check_hint')}>
        {(control) => <textarea class="input text" spellcheck={false} value={text} onInput={(event) => setText(event.currentTarget.value)} {...control} />}
      </Field>
      <div class="row"><Button kind="main" icon="check" disabledBy={text.trim() ? undefined : say('field_required')} onPress={check}>{say('check')}</Button></div>
      {problem && <Trouble problem={problem} />}
      {verdict && <Said verdict={verdict} />}
    </>
  );
}
