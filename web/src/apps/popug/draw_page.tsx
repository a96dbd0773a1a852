// draw_page.tsx - one shuffle: how far it has come, and its proof, computed anew in the reader's browser.
import { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Problem } from '../../app/api';
import { asProblem, useLoad } from '../../app/load';
import { useSession } from '../../app/session';
import { Title } from '../../app/shell';
import { moment, number, say as sayPlain } from '../../app/words';
import { Button } from '../../design/button';
import { Icon } from '../../design/icon';
import { Badge, Bones, Note, Shown, Trouble } from '../../design/states';
import { board, Draw, Drawn } from './board';
import { Progress } from './draws_page';
import { useNames } from './people';
import { canCheck, check, isRight, seenAt, Verdict } from './proof';
import { say } from './words/say';

const LOOK_MS = 1000;
const SHOWN_STEP = 50;

function Step({ isRight, children }: { isRight: boolean; children: ComponentChildren }) {
  return <li class={isRight ? 'right' : 'wrong'}><Icon name={isRight ? 'check' : 'cross'} /><span class="unseen">{say(isRight ? 'step_right' : 'step_wrong')}</span><span class="grow">{children}</span></li>;
}

/** When was the fingerprint shown? By this browser's own memory, where it has one. */
function Bound({ draw }: { draw: Draw }) {
  const seen = seenAt(draw.commitment);
  const isSeenBefore = seen !== null && draw.pressed_at !== null && seen < Date.parse(draw.pressed_at);
  if (isSeenBefore) return <Step isRight>{say('step_seen', { when: moment(seen) })}</Step>;
  return <li class="muted"><Icon name="info" /><span class="grow">{say('step_bound', { when: moment(draw.committed_at) })}</span></li>;
}

function Results({ drawn, wrong }: { drawn: Drawn[]; wrong: Verdict['wrong'] }) {
  const { profile } = useSession();
  const nameOf = useNames();
  const [count, setCount] = useState(SHOWN_STEP);
  const [isMine, setMine] = useState(false);
  const shown = isMine ? drawn.filter(({ person_id }) => person_id === profile?.id) : drawn;
  const bad = new Set(wrong.map(({ of }) => of.task_id));
  return (
    <section class="card">
      <div class="head">
        <h2 class="grow">{say('results')}</h2>
        <label class="check"><input type="checkbox" checked={isMine} onChange={() => setMine(!isMine)} /><span>{say('only_mine')}</span></label>
      </div>
      {shown.length === 0 ? <p class="body muted">{say('no_results')}</p> : (
        <div class="scroll" tabIndex={0} role="region" aria-label={say('results')}>
          <table>
            <thead><tr><th>{say('an_item')}</th><th>{say('fell_on_whom')}</th><th class="end">{say('assignment')}</th><th>{say('checked')}</th></tr></thead>
            <tbody>
              {shown.slice(0, count).map((of) => (
                <tr key={of.task_id}>
                  <td><a href={`/app/popug/tasks/${of.task_id}`}><code>{of.task_id}</code></a></td>
                  <td class="nowrap">{nameOf(of.person_id)}</td>
                  <td class="end number">{number(of.assignment)}</td>
                  <td>{bad.has(of.task_id) ? <Badge tone="bad">{say('not_so')}</Badge> : <Badge tone="good">{say('so')}</Badge>}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {shown.length > count && <div class="foot"><Button wide onPress={() => setCount(count + SHOWN_STEP)}>{sayPlain('show_more')}</Button></div>}
    </section>
  );
}

/** All that `kontora shuffle verify` needs, where nobody is asked. */
function save(draw: Draw, { people, drawn }: Verdict): void {
  const { number: count, commitment, seed, committed_at, pressed_at } = draw;
  const results = drawn.map(({ task_id, person_id }) => ({ task_id, person_id }));
  const file = new Blob([JSON.stringify({ number: count, commitment, committed_at, pressed_at, seed, people, results })], { type: 'application/json' });
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = `shuffle-${count}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

function Judged({ draw, verdict }: { draw: Draw; verdict: Verdict }) {
  const right = isRight(verdict);
  return (
    <div class="stack" role="status">
      <Note tone={right ? 'good' : 'bad'}><strong>{say(right ? 'checked_right' : 'checked_wrong')}</strong><p>{say(right ? 'checked_right_about' : 'checked_wrong_about')}</p></Note>
      <ol class="popug-steps">
        <Bound draw={draw} />
        <Step isRight={verdict.isSeedRight}>{say(verdict.isSeedRight ? 'step_seed' : 'step_seed_wrong')}</Step>
        <Step isRight={verdict.isListRight}>{say('step_people', { count: verdict.people.length })}</Step>
        <Step isRight={verdict.wrong.length === 0 && verdict.missing === 0}>
          {verdict.wrong.length + verdict.missing === 0 ? say('step_results', { count: verdict.drawn.length }) : say('step_results_wrong', { count: verdict.wrong.length + verdict.missing })}
        </Step>
      </ol>
      <div class="row"><Button icon="download" onPress={() => save(draw, verdict)}>{say('save_proof')}</Button><span class="small muted">{say('save_proof_about')}</span></div>
    </div>
  );
}

function Proof({ draw }: { draw: Draw }) {
  const [part, setPart] = useState<number | null>(null);
  const [verdict, setVerdict] = useState<Verdict | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const run = async () => {
    setProblem(null);
    setPart(0);
    try {
      setVerdict(await check(draw, setPart));
    } catch (error) {
      setProblem(asProblem(error));
    }
    setPart(null);
  };
  return (
    <>
      <section class="card">
        <div class="head"><h2 class="grow">{say('proof')}</h2>{draw.status === 'done' && canCheck() && <Button kind={verdict ? undefined : 'main'} icon="shield" busy={part !== null} onPress={run}>{say('check_here')}</Button>}</div>
        <div class="body stack">
          <p>{say('proof_about')}</p>
          <dl class="values">
            <div><dt>{say('commitment')}</dt><dd><code>{draw.commitment}</code></dd></div>
            <div><dt>{say('seed')}</dt><dd>{draw.seed ? <code>{draw.seed}</code> : <span class="muted">{say('seed_later')}</span>}</dd></div>
          </dl>
          {!canCheck() && <Note tone="warn">{say('cannot_check')}</Note>}
          {problem && <Trouble problem={problem} again={run} />}
          {part !== null && <progress value={part} max={1} aria-label={say('checking')} />}
          {verdict && <Judged draw={draw} verdict={verdict} />}
        </div>
      </section>
      {verdict && <Results drawn={verdict.drawn} wrong={verdict.wrong} />}
    </>
  );
}

export function DrawPage({ id }: Record<string, string>) {
  const nameOf = useNames();
  const loaded = useLoad(() => board.draw(id!), [id]);
  const isRunning = loaded.value?.status === 'running';
  useEffect(() => {
    if (!isRunning) return;
    const look = setInterval(() => void loaded.again(), LOOK_MS);
    return () => clearInterval(look);
  }, [isRunning, loaded.again]);
  return (
    <Shown of={loaded} bones={<Bones rows={5} height={36} />}>
      {(draw) => (
        <>
          <Title back={say('draws')} backTo="/app/popug/shuffles" under={(
            <div class="row muted">
              {draw.status === 'running' ? <Badge tone="accent">{say('draw_running')}</Badge> : draw.status === 'done' ? <Badge tone="good">{say('draw_done')}</Badge> : <Badge>{say('draw_waits')}</Badge>}
              {draw.pressed_at && <span>{moment(draw.pressed_at)} · {draw.pressed_by ? nameOf(draw.pressed_by) : sayPlain('by_itself')}</span>}
            </div>
          )}>{say('draw', { number: draw.number })}</Title>
          {draw.status !== 'committed' && (
            <section class="tiles">
              <div class="card tile"><span class="muted small">{say('tile_items')}</span><span class="figure">{number(draw.moved)}</span></div>
              <div class="card tile"><span class="muted small">{say('tile_people')}</span><span class="figure">{number(draw.people)}</span></div>
            </section>
          )}
          {isRunning && <section class="card"><div class="body"><Progress draw={draw} /></div></section>}
          <Proof key={draw.status} draw={draw} />
        </>
      )}
    </Shown>
  );
}
