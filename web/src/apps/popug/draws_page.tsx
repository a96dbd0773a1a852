// draws_page.tsx - shuffles: what the next one is bound to, and those that were.
import { useEffect } from 'preact/hooks';
import { Page } from '../../app/api';
import { useLoad } from '../../app/load';
import { useSession } from '../../app/session';
import { Title } from '../../app/shell';
import { ago, moment, number, say as sayPlain } from '../../app/words';
import { Badge, Bones, Empty, Shown } from '../../design/states';
import { board, Draw } from './board';
import { useBoardChanges } from './changes';
import { useNames } from './people';
import { remember, seenAt } from './proof';
import { ShuffleButton } from './shuffle_button';
import { say } from './words/say';

function Next({ draw }: { draw: Draw }) {
  useEffect(() => remember(draw.commitment), [draw.commitment]);
  return (
    <section class="card">
      <div class="head"><h2>{say('next_draw', { number: draw.number })}</h2></div>
      <div class="body stack">
        <p>{say('next_draw_about')}</p>
        <code class="secret">{draw.commitment}</code>
        <p class="small muted">{say('bound_at', { when: moment(draw.committed_at) })} {say('seen_here', { when: moment(seenAt(draw.commitment) ?? Date.now()) })}</p>
      </div>
    </section>
  );
}

export function Progress({ draw }: { draw: Draw }) {
  return (
    <div class="stack-2">
      <progress value={draw.moved} max={Math.max(1, draw.total)} aria-label={say('shuffling')} />
      <span class="small muted number">{say('moved_of', { moved: draw.moved, total: draw.total })}</span>
    </div>
  );
}

function Rows({ draws, nameOf }: { draws: Draw[]; nameOf: (id: string | null) => string }) {
  return (
    <ul class="rows">
      {draws.map((draw) => (
        <li key={draw.id}>
          <a class="item" data-walk href={`/app/popug/shuffles/${draw.id}`}>
            <div class="grow">
              <div class="title">{say('draw', { number: draw.number })}</div>
              <div class="small muted" title={moment(draw.pressed_at!)}>{ago(draw.pressed_at!)} · {draw.pressed_by ? nameOf(draw.pressed_by) : sayPlain('by_itself')}</div>
            </div>
            <span class="small muted number">{say('items_count', { count: draw.moved })} · {say('people_count', { count: draw.people })}</span>
            {draw.status === 'running' ? <Badge tone="accent">{say('draw_running')}</Badge> : <Badge tone="good">{say('draw_done')}</Badge>}
          </a>
        </li>
      ))}
    </ul>
  );
}

export function DrawsPage() {
  const { may } = useSession();
  const nameOf = useNames();
  const loaded = useLoad<Page<Draw>>(() => board.draws(), []);
  useBoardChanges(() => void loaded.again());
  return (
    <>
      <Title actions={may('board.shuffle') && <ShuffleButton />}>{say('draws')}</Title>
      <Shown of={loaded} bones={<Bones rows={5} height={36} />}>
        {({ items }) => {
          const next = items.find(({ status }) => status === 'committed');
          const pressed = items.filter(({ status }) => status !== 'committed');
          return (
            <>
              {next && <Next draw={next} />}
              <section class="card" aria-label={say('draws_before')}>
                <div class="head"><h2 class="grow">{say('draws_before')}</h2>{pressed.length > 0 && <span class="badge number">{number(pressed.length)}</span>}</div>
                {pressed.length === 0 ? <Empty icon="die" title={say('no_draws_title')}><p>{say('no_draws')}</p></Empty> : <Rows draws={pressed} nameOf={nameOf} />}
              </section>
            </>
          );
        }}
      </Shown>
    </>
  );
}
