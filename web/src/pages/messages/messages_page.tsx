// messages_page.tsx - what I was told: unread first to the eye, read when it is opened.
import { useEffect, useState } from 'preact/hooks';
import { get, Page, post, query } from '../../app/api';
import { useLoad } from '../../app/load';
import { Title } from '../../app/shell';
import { watch } from '../../app/stream';
import { INBOX_CHANGED, INBOX_EVENTS } from '../../app/unread';
import { ago, moment, say } from '../../app/words';
import { Button, Choice } from '../../design/button';
import { Badge, Bones, Empty, Shown } from '../../design/states';

export interface Message {
  id: string;
  key: string;
  title: string;
  body: string;
  created_at: string;
  read_at: string | null;
}

function Row({ message, onRead }: { message: Message; onRead: (message: Message) => void }) {
  const open = (event: Event) => {
    if ((event.currentTarget as HTMLDetailsElement).open && !message.read_at) onRead(message);
  };
  return (
    <li>
      <details class="message" onToggle={open}>
        <summary class="item" data-walk>
          <div class="grow"><div class="title">{message.title}</div><div class="small muted" title={moment(message.created_at)}>{ago(message.created_at)}</div></div>
          {!message.read_at && <Badge tone="accent"><span class="dot" />{say('unread')}</Badge>}
        </summary>
        <p class="body">{message.body}</p>
      </details>
    </li>
  );
}

export function MessagesPage() {
  const [which, setWhich] = useState<'all' | 'unread'>('all');
  const loaded = useLoad(() => get<Page<Message>>(`/api/inbox${query({ unread: which === 'unread' ? true : null, limit: 100 })}`), [which]);
  useEffect(() => watch(INBOX_EVENTS, INBOX_CHANGED, () => void loaded.again()), [loaded.again]);
  const markRead = async (message: Message) => {
    await post(`/api/inbox/${message.id}/read`);
    const { items, next } = loaded.value!;
    loaded.set({ items: items.map((one) => (one.id === message.id ? { ...one, read_at: new Date().toISOString() } : one)), next });
  };
  const markAll = async () => {
    await post('/api/inbox/read');
    await loaded.again();
  };
  return (
    <>
      <Title actions={(
        <>
          <Choice name={say('whose')} value={which} onChange={setWhich} options={[{ value: 'all', text: say('all_of_them') }, { value: 'unread', text: say('unread_ones') }]} />
          <Button onPress={markAll}>{say('read_all')}</Button>
        </>
      )}>{say('messages')}</Title>
      <section class="card">
        <Shown of={loaded} bones={<div class="body"><Bones rows={4} height={36} /></div>}>
          {({ items }) => items.length === 0 ? <Empty icon="bell" title={say('no_messages_title')}><p>{say('no_messages')}</p></Empty> : (
            <ul class="rows">{items.map((message) => <Row key={message.id} message={message} onRead={markRead} />)}</ul>
          )}
        </Shown>
      </section>
    </>
  );
}
