// templates_page.tsx - the words in which people are told, by key, channel and language.
import { useState } from 'preact/hooks';
import { get, Page, patch, post, Problem } from '../../app/api';
import { asProblem, useLoad } from '../../app/load';
import { Title } from '../../app/shell';
import { fieldTrouble } from '../../app/troubles';
import { language, say } from '../../app/words';
import { Button, Choice } from '../../design/button';
import { Dialog } from '../../design/dialog';
import { TextField } from '../../design/field';
import { Badge, Bones, Empty, Shown, Trouble } from '../../design/states';
import { toast } from '../../design/toast';
import { Preview } from './preview';
import { Rules } from './rules_card';

interface Template {
  id: string | null;
  key: string;
  channel: string;
  locale: string;
  subject: string | null;
  body: string;
  html: string | null;
  status: string;
  origin: string;
  revision: number;
}

interface EditProps { template: Template; others: Template[]; onOther: (other: Template) => void; onClose: () => void; onDone: () => void }

function Edit({ template, others, onOther, onClose, onDone }: EditProps) {
  const [subject, setSubject] = useState(template.subject ?? '');
  const [body, setBody] = useState(template.body);
  const [problem, setProblem] = useState<Problem | null>(null);
  const submit = async (event: Event) => {
    event.preventDefault();
    setProblem(null);
    try {
      const { key, channel, locale } = template;
      if (template.id) await patch(`/templates/${template.id}`, { subject, body }, { revision: template.revision });
      else await post('/templates', { key, channel, locale, subject, body });
      toast(say('saved'));
      onDone();
    } catch (error) {
      setProblem(asProblem(error));
    }
  };
  return (
    <Dialog title={template.key} wide onClose={onClose}>
      <div class="row">
        <Badge>{template.channel}</Badge>
        {others.length < 2 ? <Badge>{template.locale}</Badge> : (
          <Choice name={say('language')} value={template.locale} options={others.map(({ locale }) => ({ value: locale, text: locale }))}
            onChange={(locale) => onOther(others.find((one) => one.locale === locale)!)} />
        )}
      </div>
      <div class="halves">
      <form class="stack" onSubmit={submit} noValidate>
        {problem && problem.fields.length === 0 && <Trouble problem={problem} />}
        <TextField name={say('subject')} value={subject} onInput={setSubject} wrong={fieldTrouble(problem, 'subject')} />
        <TextField name={say('letter')} hint={say('letter_hint')} value={body} onInput={setBody} rows={12} wrong={fieldTrouble(problem, 'body')} />
        <div class="foot"><Button kind="quiet" onPress={onClose}>{say('cancel')}</Button><Button kind="main" submits>{say('save')}</Button></div>
      </form>
      <Preview words={{ key: template.key, channel: template.channel, locale: template.locale, subject, body, html: template.html }} />
      </div>
    </Dialog>
  );
}

const idOf = ({ key, channel, locale, origin }: Template) => `${key} ${channel} ${locale} ${origin}`;

/** The same in each language. */
function sameWords(all: Template[], of: Template): Template[] {
  return all.filter(({ key, channel }) => key === of.key && channel === of.channel);
}

/** Of each that comes in several languages, the reader's. */
function inReadersLanguage(all: Template[]): Template[] {
  const first = (of: Template) => sameWords(all, of).find(({ locale }) => locale === language()) ?? sameWords(all, of)[0];
  return all.filter((one) => first(one) === one);
}

export function TemplatesPage() {
  const [edited, setEdited] = useState<Template | null>(null);
  const loaded = useLoad(() => get<Page<Template>>('/templates'), []);
  return (
    <>
      <Title>{say('templates')}</Title>
      <section class="card">
        <Shown of={loaded} bones={<div class="body"><Bones rows={5} height={36} /></div>}>
          {({ items }) => items.length === 0 ? <Empty icon="mail" title={say('no_templates_title')}><p>{say('no_templates')}</p></Empty> : (
            <ul class="rows">
              {inReadersLanguage(items).map((one) => (
                <li key={idOf(one)} class="item">
                  <div class="grow"><div class="title">{one.subject || one.key}</div><div class="small muted">{one.key}</div></div>
                  <div class="row">
                    {one.status !== 'active' && <Badge tone="warn">{one.status}</Badge>}
                    <Badge tone="accent">{one.channel}</Badge>{sameWords(items, one).map(({ locale }) => <Badge key={locale}>{locale}</Badge>)}
                    <Button size="small" onPress={() => setEdited(one)}>{say('change')}<span class="unseen"> {one.key} {one.channel}</span></Button>
                  </div>
                </li>
              ))}
            </ul>
          )}
        </Shown>
      </section>
      <Rules keys={[...new Set((loaded.value?.items ?? []).map(({ key }) => key))]} />
      {edited && <Edit key={idOf(edited)} template={edited} others={sameWords(loaded.value?.items ?? [], edited)} onOther={setEdited} onClose={() => setEdited(null)} onDone={() => { setEdited(null); void loaded.again(); }} />}
    </>
  );
}
