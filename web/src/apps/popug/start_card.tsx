// start_card.tsx - on the first page: the tasks that have fallen on me, the newest first.
import { useLoad } from '../../app/load';
import { useSession } from '../../app/session';
import { ago, say as sayPlain } from '../../app/words';
import { Bones, Shown } from '../../design/states';
import { board } from './board';
import { useBoardChanges } from './changes';
import { change } from './money';
import { say } from './words/say';

const SHOWN = 5;

export function StartCard() {
  const { profile } = useSession();
  const loaded = useLoad((signal) => board.items({ assignee: 'me', status: 'open', limit: SHOWN }, signal), []);
  useBoardChanges(() => void loaded.again(), ({ task_id, user_id }) => user_id === profile?.id || (loaded.value?.items ?? []).some(({ id }) => id === task_id));
  return (
    <section class="card" aria-label={say('my_items')}>
      <div class="head"><h2>{say('my_items')}</h2></div>
      <Shown of={loaded} bones={<div class="body"><Bones rows={2} height={28} /></div>}>
        {({ items, next }) => items.length === 0 ? <p class="body muted">{sayPlain('nothing_here_waits')}</p> : (
          <>
            <ul class="rows">
              {items.map((item) => (
                <li key={item.id}>
                  <a class="item" data-walk href={`/app/popug/tasks/${item.id}`}>
                    <div class="grow"><div class="title">{item.title}</div><div class="small muted">{ago(item.assigned_at)}</div></div>
                    <span class="popug-sum number good">{change(item.reward_minor, item.currency)}</span>
                  </a>
                </li>
              ))}
            </ul>
            {next && <div class="foot"><a href="/app/popug/my">{say('my_items')}</a></div>}
          </>
        )}
      </Shown>
    </section>
  );
}
