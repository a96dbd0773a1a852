// webhook_form.tsx - who is told of what: an address, and the names of events; a new one gets its secret.
import { useState } from 'preact/hooks';
import { patch, post, Problem } from '../../app/api';
import { asProblem } from '../../app/load';
import { fieldTrouble } from '../../app/troubles';
import { say } from '../../app/words';
import { Button } from '../../design/button';
import { Dialog } from '../../design/dialog';
import { TextField } from '../../design/field';
import { ShownOnce } from '../../design/once';
import { Trouble } from '../../design/states';
import { toast } from '../../design/toast';

export interface Endpoint {
  id: string;
  url: string;
  description: string | null;
  events: string[];
  status: 'active' | 'disabled';
  reason: string | null;
  old_until: string | null;
  revision: number;
  created_at: string;
  secret?: string;
}

const listOf = (text: string) => text.split(/[\s,]+/).filter(Boolean);

export function WebhookSecret({ of, onClose }: { of: Endpoint; onClose: () => void }) {
  return (
    <Dialog title={of.url} onClose={onClose}>
      <ShownOnce about={say('webhook_once')} rows={[[say('webhook_secret'), of.secret!]]} onClose={onClose} />
    </Dialog>
  );
}

export function WebhookForm({ of, onClose, onDone }: { of: Endpoint | null; onClose: () => void; onDone: () => void }) {
  const [url, setUrl] = useState(of?.url ?? '');
  const [description, setDescription] = useState(of?.description ?? '');
  const [events, setEvents] = useState((of?.events ?? []).join('\n'));
  const [made, setMade] = useState<Endpoint | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const submit = async (event: Event) => {
    event.preventDefault();
    setProblem(null);
    const body = { url: url.trim(), description: description.trim() || null, events: listOf(events) };
    try {
      if (of) {
        await patch(`/api/webhooks/${of.id}`, body, { revision: of.revision });
        toast(say('saved'));
        onClose();
      } else {
        setMade(await post<Endpoint>('/api/webhooks', body));
      }
      onDone();
    } catch (error) {
      setProblem(asProblem(error));
    }
  };
  if (made) return <WebhookSecret of={made} onClose={onClose} />;
  return (
    <Dialog title={say(of ? 'change_webhook' : 'add_webhook')} onClose={onClose}>
      <form class="stack" onSubmit={submit} noValidate>
        {problem && problem.fields.length === 0 && <Trouble problem={problem} />}
        <TextField name={say('webhook_url')} value={url} onInput={setUrl} required hint={say('webhook_url_hint')} wrong={fieldTrouble(problem, 'url')} more={{ inputMode: 'url', maxLength: 1000 }} />
        <TextField name={say('webhook_events')} value={events} onInput={setEvents} rows={3} required hint={say('webhook_events_hint')} wrong={fieldTrouble(problem, 'events')} />
        <TextField name={say('webhook_description')} value={description} onInput={setDescription} optional wrong={fieldTrouble(problem, 'description')} more={{ maxLength: 200 }} />
        <div class="foot"><Button kind="quiet" onPress={onClose}>{say('cancel')}</Button><Button kind="main" submits>{say(of ? 'save' : 'add_webhook')}</Button></div>
      </form>
    </Dialog>
  );
}
