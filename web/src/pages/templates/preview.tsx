// preview.tsx - what becomes of a template with something filled in: the words alone, and the letter.
import { useEffect, useState } from 'preact/hooks';
import { post, Problem } from '../../app/api';
import { asProblem } from '../../app/load';
import { say } from '../../app/words';
import { Choice } from '../../design/button';
import { TextField } from '../../design/field';
import { Letter } from '../../design/letter';
import { Note, Trouble } from '../../design/states';

interface Rendered {
  subject: string | null;
  plain: string | null;
  html: string | null;
}

export interface Words {
  key: string;
  channel: string;
  locale: string;
  subject: string;
  body: string;
  html: string | null;
}

const REST_MS = 300; // while somebody writes
const LOOKS = ['html', 'plain'] as const;

/** Something that looks like what the name promises. */
function likely(name: string): string | number {
  if (/link|url/.test(name)) return 'https://kontora.example/app';
  if (/email/.test(name)) return 'anna@example.com';
  if (/code/.test(name)) return '482913';
  if (/days|minutes|count|attempts/.test(name)) return 7;
  if (/_at$|time|date/.test(name)) return new Date().toISOString();
  return name.replace(/_/g, ' ');
}

/** {{client.name}} becomes {client: {name: "name"}}: something to begin with. */
function sample(words: Words): string {
  const payload: Record<string, any> = {};
  const holes = `${words.subject} ${words.body} ${words.html ?? ''}`.matchAll(/\{\{\s*([\w.]+)\s*\}\}/g);
  for (const [, path] of holes) {
    const names = path!.split('.');
    let at = payload;
    for (const name of names.slice(0, -1)) at = typeof at[name] === 'object' ? at[name] : (at[name] = {});
    at[names.at(-1)!] ??= likely(names.at(-1)!);
  }
  return JSON.stringify(payload, null, 2);
}

function read(payload: string): object | null {
  try {
    const value = JSON.parse(payload);
    return value !== null && typeof value === 'object' && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

export function Preview({ words }: { words: Words }) {
  const [payload, setPayload] = useState(() => sample(words));
  const [rendered, setRendered] = useState<Rendered | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [chosen, setLook] = useState<(typeof LOOKS)[number]>('html');
  const values = read(payload);
  useEffect(() => {
    if (!values || !words.body) return;
    let isWanted = true;
    const timer = setTimeout(() => {
      const asked = { ...words, html: words.html || undefined, payload: values };
      post<Rendered>('/templates/preview', asked).then(
        (said) => { if (isWanted) { setRendered(said); setProblem(null); } },
        (error) => isWanted && setProblem(asProblem(error)),
      );
    }, REST_MS);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [JSON.stringify(words), payload]);
  const missing = problem?.details.missing as string[] | undefined;
  const look = rendered?.html ? chosen : 'plain';
  return (
    <div class="stack">
      <TextField name={say('sample_values')} hint={say('sample_hint')} value={payload} onInput={setPayload} rows={6} wrong={values ? null : say('not_json')} />
      {missing && <Note tone="warn">{say('values_missing', { names: missing.join(', ') })}</Note>}
      {problem && !missing && <Trouble problem={problem} />}
      {rendered && !problem && (
        <section class="stack-2" aria-label={say('preview')}>
          <div class="row">
            <strong class="grow">{rendered.subject}</strong>
            {rendered.html && <Choice name={say('preview')} value={look} onChange={setLook} options={LOOKS.map((value) => ({ value, text: say(`look_${value}`) }))} />}
          </div>
          {look === 'html' ? <Letter html={rendered.html!} name={say('preview')} /> : <pre class="payload plain" tabIndex={0} role="region" aria-label={say('look_plain')}>{rendered.plain}</pre>}
        </section>
      )}
    </div>
  );
}
