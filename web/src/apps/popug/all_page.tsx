// all_page.tsx - all tasks: as a list or as a board; found by person, state and words.
import { useEffect, useRef, useState } from 'preact/hooks';
import { Page } from '../../app/api';
import { useLoad } from '../../app/load';
import { go, usePlace } from '../../app/router';
import { useSession } from '../../app/session';
import { Title } from '../../app/shell';
import { ago, moment, say as sayPlain } from '../../app/words';
import { Button, Choice } from '../../design/button';
import { SelectField, TextField } from '../../design/field';
import { Chosen, useChosen } from '../../design/chosen';
import { Bones, Empty, Shown } from '../../design/states';
import { board, Colleague, Item, itemsUpTo } from './board';
import { useBoardChanges } from './changes';
import { ChosenBar, Tick } from './chosen';
import { CreateDialog } from './create_dialog';
import { FinishDialog } from './finish_dialog';
import { Status } from './item_page';
import { change, sum } from './money';
import { useMe, useNames } from './people';
import { ShuffleButton } from './shuffle_button';
import { say } from './words/say';

type Look = 'table' | 'board';
const KEPT_AS = 'kontora.popug.look';
const WRITING_MS = 250;

interface Of {
  items: Item[];
  nameOf: (id: string | null) => string;
  chosen: Chosen;
  mine: string;
}

function Table({ items, nameOf, chosen, mine }: Of) {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={say('all_items')}>
      <table class="popug-table">
        <thead>
          <tr><th><span class="unseen">{say('choose')}</span></th><th>{say('title')}</th><th class="popug-wide">{say('whose')}</th><th>{sayPlain('state')}</th><th class="end popug-wide">{say('fee')}</th><th class="end">{say('reward')}</th><th class="popug-wide">{say('created_at')}</th></tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <tr key={item.id}>
              <td>{item.status === 'open' && item.assignee_id === mine && <Tick item={item} chosen={chosen} />}</td>
              <td><a data-walk href={`/app/popug/tasks/${item.id}`}>{item.title}</a><div class="small muted popug-narrow">{nameOf(item.assignee_id)}</div></td>
              <td class="nowrap popug-wide">{nameOf(item.assignee_id)}</td>
              <td><Status of={item} /></td>
              <td class="end number nowrap popug-wide">{sum(item.fee_minor, item.currency)}</td>
              <td class="end number nowrap">{change(item.reward_minor, item.currency)}</td>
              <td class="nowrap muted popug-wide" title={moment(item.created_at)}>{ago(item.created_at)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Column({ name, items, nameOf }: { name: string; items: Item[]; nameOf: Of['nameOf'] }) {
  return (
    <section class="column">
      <h2><span class="grow">{name}</span></h2>
      {items.length === 0 && <p class="small muted popug-none">{say('column_empty')}</p>}
      {items.map((item) => (
        <a class="ticket" data-walk key={item.id} href={`/app/popug/tasks/${item.id}`}>
          <span class="title">{item.title}</span>
          <span class="row small muted"><span class="grow">{nameOf(item.assignee_id)}</span><span class="number good">{change(item.reward_minor, item.currency)}</span></span>
        </a>
      ))}
    </section>
  );
}

function Columns({ items, nameOf, mine }: Of) {
  const open = items.filter(({ status }) => status === 'open');
  return (
    <div class="board" tabIndex={0} role="region" aria-label={sayPlain('as_board')}>
      <Column name={say('column_mine')} items={open.filter(({ assignee_id }) => assignee_id === mine)} nameOf={nameOf} />
      <Column name={say('column_others')} items={open.filter(({ assignee_id }) => assignee_id !== mine)} nameOf={nameOf} />
      <Column name={say('column_done')} items={items.filter(({ status }) => status === 'done')} nameOf={nameOf} />
    </div>
  );
}

/** What is written is asked for when the writer rests. */
function Written({ name, value, onInput }: { name: string; value: string; onInput: (value: string) => void }) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === value) return;
    const rest = setTimeout(() => onInput(text), WRITING_MS);
    return () => clearTimeout(rest);
  }, [text]);
  return <TextField name={name} type="search" value={text} onInput={setText} />;
}

/** All of a small company in one list; of a large one, those whose names have what is written. */
function PersonField({ value, onInput }: { value: string; onInput: (value: string) => void }) {
  const [part, setPart] = useState('');
  const nameOf = useNames();
  const found = useLoad<Page<Colleague>>(() => board.colleagues(part), [part]);
  const people = [...(found.value?.items ?? [])].sort((one, other) => (one.full_name ?? '').localeCompare(other.full_name ?? ''));
  const options = [{ value: 'me', text: sayPlain('you') }, ...people.map(({ id, full_name }) => ({ value: id, text: full_name ?? say('somebody') }))];
  if (value && !options.some((one) => one.value === value)) options.push({ value, text: nameOf(value) });
  const isLarge = part !== '' || (found.value?.next ?? null) !== null;
  return (
    <>
      {isLarge && <Written name={say('find_person')} value={part} onInput={setPart} />}
      <SelectField name={say('whose')} value={value} empty={say('anybodys')} options={options} onInput={onInput} />
    </>
  );
}

export function AllPage() {
  const { profile, may } = useSession();
  const me = useMe();
  const { query } = usePlace();
  const [look, setLook] = useState<Look>(localStorage.getItem(KEPT_AS) === 'board' ? 'board' : 'table');
  const [isAdding, setAdding] = useState(false);
  const [finishing, setFinishing] = useState<Item[] | null>(null);
  const chosen = useChosen();
  const nameOf = useNames();
  const [assignee, status, q] = ['assignee', 'status', 'q'].map((name) => query.get(name) ?? '') as [string, string, string];
  const asked = { assignee, q, status: look === 'board' ? '' : status };
  const inSight = useRef(0);
  const loaded = useLoad<Page<Item>>((signal) => itemsUpTo(inSight.current, asked, signal), [assignee, status, q, look]);
  useBoardChanges(() => void loaded.again());
  const mine = profile?.id ?? '';

  const filter = (name: string, value: string) => {
    const wanted = new URLSearchParams(location.search);
    if (value) wanted.set(name, value);
    else wanted.delete(name);
    chosen.clear();
    inSight.current = 0;
    go(`/app/popug/board${wanted.size ? `?${wanted}` : ''}`, 'replace');
  };
  const choose = (value: Look) => {
    localStorage.setItem(KEPT_AS, value);
    setLook(value);
  };
  const more = async () => {
    const { items, next } = loaded.value!;
    const page = await board.items({ ...asked, cursor: next });
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
      <Title actions={(
        <>
          {may('board.shuffle') && <ShuffleButton />}
          {me?.works_here && <Button kind="main" icon="plus" onPress={() => setAdding(true)}>{say('new_one')}</Button>}
        </>
      )}>{say('all_items')}</Title>
      <div class="row">
        <Choice name={sayPlain('look')} value={look} onChange={choose} options={[{ value: 'table', text: sayPlain('as_table') }, { value: 'board', text: sayPlain('as_board') }]} />
        {look === 'table' && (
          <Choice name={sayPlain('state')} value={status} onChange={(value) => filter('status', value)}
            options={[{ value: '', text: sayPlain('all_of_them') }, { value: 'open', text: say('open_ones') }, { value: 'done', text: say('done_ones') }]} />
        )}
      </div>
      <div class="filters">
        <Written name={say('find_words')} value={q} onInput={(value) => filter('q', value.trim())} />
        <PersonField value={assignee} onInput={(value) => filter('assignee', value)} />
      </div>
      <Shown of={loaded} bones={<Bones rows={6} height={36} />}>
        {({ items, next }) => items.length === 0 ? (
          <div class="card"><Empty icon="board" title={say('none_title')}><p>{say(assignee || status || q ? 'none_like_this' : 'none_yet')}</p></Empty></div>
        ) : (
          <div class={look === 'table' ? 'card' : 'stack'}>
            {look === 'table' ? <Table items={items} nameOf={nameOf} chosen={chosen} mine={mine} /> : <Columns items={items} nameOf={nameOf} chosen={chosen} mine={mine} />}
            {next && <div class={look === 'table' ? 'foot' : undefined}><Button wide onPress={more}>{sayPlain('show_more')}</Button></div>}
          </div>
        )}
      </Shown>
      {look === 'table' && <ChosenBar items={loaded.value?.items ?? []} chosen={chosen} onFinish={setFinishing} />}
      {finishing && <FinishDialog items={finishing} onClose={() => setFinishing(null)} onDone={done} />}
      {isAdding && <CreateDialog onClose={() => setAdding(false)} onCreated={() => void loaded.again()} />}
    </>
  );
}
