// item_page.tsx - one task: what it is about, whose it is, what it costs and pays.
import { useState } from 'preact/hooks';
import { useLoad } from '../../app/load';
import { useSession } from '../../app/session';
import { Title } from '../../app/shell';
import { moment, number, say as sayPlain } from '../../app/words';
import { Button } from '../../design/button';
import { Badge, Bones, Shown } from '../../design/states';
import { board, Item } from './board';
import { useBoardChanges } from './changes';
import { FinishDialog } from './finish_dialog';
import { change, sum } from './money';
import { useNames } from './people';
import { say } from './words/say';

export function Status({ of }: { of: Item }) {
  return of.status === 'done' ? <Badge tone="good">{say('status_done')}</Badge> : <Badge tone="accent">{say('status_open')}</Badge>;
}

export function ItemPage({ id }: Record<string, string>) {
  const { profile } = useSession();
  const nameOf = useNames();
  const [isFinishing, setFinishing] = useState(false);
  const loaded = useLoad(() => board.item(id!), [id]);
  useBoardChanges(() => void loaded.again(), ({ task_id }) => task_id === id);
  return (
    <Shown of={loaded} bones={<Bones rows={5} height={36} />}>
      {(item) => {
        const isMine = item.status === 'open' && item.assignee_id === profile?.id;
        const rows: [string, string][] = [
          [say('whose'), nameOf(item.assignee_id)],
          [say('fee'), say('fee_each', { sum: sum(item.fee_minor, item.currency) })],
          [say('reward'), change(item.reward_minor, item.currency)],
          [say('fell_times'), number(item.assignment)],
          [say('fell_at'), moment(item.assigned_at)],
          [say('author'), item.author_id ? nameOf(item.author_id) : sayPlain('by_itself')],
          [say('created_at'), moment(item.created_at)],
        ];
        if (item.finished_at) rows.push([say('done_at'), moment(item.finished_at)]);
        return (
          <>
            <Title back={say('all_items')} backTo="/app/popug/board" under={<div class="row"><Status of={item} /></div>}
              actions={isMine && <Button kind="main" icon="check" onPress={() => setFinishing(true)}>{say('finish_do', { sum: change(item.reward_minor, item.currency) })}</Button>}>{item.title}</Title>
            {item.description && <section class="card"><div class="body popug-text">{item.description}</div></section>}
            <section class="card"><div class="body"><dl class="values">{rows.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl></div></section>
            {isFinishing && <FinishDialog items={[item]} onClose={() => setFinishing(false)} onDone={() => { setFinishing(false); void loaded.again(); }} />}
          </>
        );
      }}
    </Shown>
  );
}
