// my_page.tsx - what has fallen on me: what it pays, and the button that says it is done.
import { useRef, useState } from 'preact/hooks';
import { Page } from '../../app/api';
import { useLoad } from '../../app/load';
import { useSession } from '../../app/session';
import { Title } from '../../app/shell';
import { ago, moment, say as sayPlain } from '../../app/words';
import { Button, Choice } from '../../design/button';
import { Chosen, useChosen } from '../../design/chosen';
import { Badge, Bones, Empty, Shown } from '../../design/states';
import { board, Item, itemsUpTo } from './board';
import { useBoardChanges } from './changes';
import { ChosenBar, Tick } from './chosen';
import { CreateDialog } from './create_dialog';
import { FinishDialog } from './finish_dialog';
import { change, sum } from './money';
import { useMe } from './people';
import { say } from './words/say';

function Row({ item, chosen, onFinish }: { item: Item; chosen: Chosen; onFinish: (items: Item[]) => void }) {
  const isOpen = item.status === 'open';
  return (
    <li class="item popug-mine">
      {isOpen && <Tick item={item} chosen={chosen} />}
      <div class="grow">
        <a class="title" data-walk href={`/app/popug/tasks/${item.id}`}>{item.title}</a>
        <div class="small muted" title={moment(isOpen ? item.assigned_at : item.finished_at!)}>
          {isOpen ? say('fell_ago', { when: ago(item.assigned_at), fee: sum(item.fee_minor, item.currency) }) : say('done_ago', { when: ago(item.finished_at!) })}
        </div>
      </div>
      <span class="popug-sum number good">{change(item.reward_minor, item.currency)}</span>
      {isOpen ? <Button onPress={() => onFinish([item])}>{say('finish')}</Button> : <Badge tone="good">{say('status_done')}</Badge>}
    </li>
  );
}

function nothing(status: string, worksHere: boolean | undefined) {
  if (worksHere === false) return <Empty icon="people" title={say('not_here_title')}><p>{say('not_here')}</p></Empty>;
  return <Empty icon="check" title={say(status === 'open' ? 'none_open_title' : 'none_done_title')}><p>{say(status === 'open' ? 'none_open' : 'none_done')}</p></Empty>;
}

export function MyPage() {
  const { profile } = useSession();
  const me = useMe();
  const [status, setStatus] = useState<'open' | 'done'>('open');
  const [isAdding, setAdding] = useState(false);
  const [finishing, setFinishing] = useState<Item[] | null>(null);
  const chosen = useChosen();
  const inSight = useRef(0);
  const loaded = useLoad<Page<Item>>((signal) => itemsUpTo(inSight.current, { assignee: 'me', status }, signal), [status]);
  const known = loaded.value?.items ?? [];
  useBoardChanges(() => void loaded.again(), ({ task_id, user_id }) => user_id === profile?.id || known.some(({ id }) => id === task_id));
  const more = async () => {
    const { items, next } = loaded.value!;
    const page = await board.items({ assignee: 'me', status, cursor: next });
    inSight.current = items.length + page.items.length;
    loaded.set({ items: [...items, ...page.items], next: page.next });
  };
  const done = () => {
    setFinishing(null);
    chosen.clear();
    void loaded.again();
  };
  return (
    <>
      <Title actions={me?.works_here && <Button kind="main" icon="plus" onPress={() => setAdding(true)}>{say('new_one')}</Button>}>{say('my_items')}</Title>
      <div class="row">
        <Choice name={sayPlain('state')} value={status} onChange={(value) => { setStatus(value); inSight.current = 0; chosen.clear(); }}
          options={[{ value: 'open', text: say('open_ones') }, { value: 'done', text: say('done_ones') }]} />
        {status === 'open' && known.length > 1 && <Button kind="quiet" onPress={() => chosen.all(known.map(({ id }) => id))}>{say('choose_all')}</Button>}
      </div>
      <section class="card" aria-label={say('my_items')} aria-live="polite">
        <Shown of={loaded} bones={<div class="body"><Bones rows={5} height={36} /></div>}>
          {({ items, next }) => items.length === 0 ? nothing(status, me?.works_here) : (
            <>
              <ul class="rows">{items.map((item) => <Row key={item.id} item={item} chosen={chosen} onFinish={setFinishing} />)}</ul>
              {next && <div class="foot"><Button wide onPress={more}>{sayPlain('show_more')}</Button></div>}
            </>
          )}
        </Shown>
      </section>
      <ChosenBar items={known} chosen={chosen} onFinish={setFinishing} />
      {finishing && <FinishDialog items={finishing} onClose={() => setFinishing(null)} onDone={done} />}
      {isAdding && <CreateDialog onClose={() => setAdding(false)} onCreated={() => void loaded.again()} />}
    </>
  );
}
