// crossing.tsx - open cases of other versions: what would become of each, then moving those that can.
import { useState } from 'preact/hooks';
import { get, Page, post, Problem, query } from '../../app/api';
import { asProblem, useLoad } from '../../app/load';
import { Key, say } from '../../app/words';
import { Button } from '../../design/button';
import { Dialog } from '../../design/dialog';
import { Badge, Bones, Shown, Trouble } from '../../design/states';
import { toast } from '../../design/toast';

type Verdict = 'moves' | 'stays' | 'blocked';

interface Crossing {
  case_id: string;
  version: number;
  verdict: Verdict;
  because: string[];
  has_moved: boolean;
}

const TONES = { moves: 'good', stays: undefined, blocked: 'warn' } as const;
const PAGES_MAX = 40;

/** Everything there is to decide about, page by page. */
async function plan(at: string, to: number): Promise<Crossing[]> {
  const found: Crossing[] = [];
  let cursor: string | null = null;
  for (let pages = 0; pages < PAGES_MAX; pages++) {
    const page: Page<Crossing> = await get(`${at}/plan${query({ to, cursor })}`);
    found.push(...page.items);
    cursor = page.next;
    if (cursor === null) break;
  }
  return found;
}

function Verdicts({ crossings }: { crossings: Crossing[] }) {
  return (
    <ul class="rows">
      {crossings.map((one) => (
        <li key={one.case_id} class="item">
          <div class="grow">
            <div class="title">№ {one.case_id.slice(-6)} <span class="muted small">{say('version_number', { number: one.version })}</span></div>
            {one.because.map((reason) => <div class="small muted" key={reason}>{reason}</div>)}
          </div>
          <Badge tone={TONES[one.verdict]}>{say(`verdict_${one.verdict}` as Key)}</Badge>
        </li>
      ))}
    </ul>
  );
}

export function CrossingDialog({ at, to, onClose, onMoved }: { at: string; to: number; onClose: () => void; onMoved: () => void }) {
  const loaded = useLoad(() => plan(at, to), [at, to]);
  const [progress, setProgress] = useState<{ done: number; of: number } | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const move = async (able: Crossing[]) => {
    setProblem(null);
    let moved = 0;
    try {
      for (const [i, one] of able.entries()) {
        setProgress({ done: i, of: able.length });
        const outcome = await post<Crossing>(`${at}/move`, { to, case_id: one.case_id });
        if (outcome.has_moved) moved++;
      }
      toast(say('cases_moved', { count: moved }));
      onMoved();
    } catch (error) {
      setProblem(asProblem(error));
      setProgress(null);
      await loaded.again();
    }
  };
  return (
    <Dialog title={say('move_to_version', { number: to })} onClose={onClose}>
      <Shown of={loaded} bones={<Bones rows={3} height={36} />}>
        {(crossings) => {
          const able = crossings.filter(({ verdict }) => verdict === 'moves');
          return (
            <div class="stack">
              {problem && <Trouble problem={problem} />}
              <p>{crossings.length === 0 ? say('none_to_move') : say('plan_says', { moves: able.length, all: crossings.length })}</p>
              <Verdicts crossings={crossings} />
              {progress && <progress value={progress.done} max={progress.of} aria-label={say('move_to_version', { number: to })} />}
              <div class="foot">
                <Button kind="quiet" onPress={onClose}>{say('cancel')}</Button>
                {able.length > 0 && <Button kind="main" onPress={() => move(able)}>{say('move_count', { count: able.length })}</Button>}
              </div>
            </div>
          );
        }}
      </Shown>
    </Dialog>
  );
}
