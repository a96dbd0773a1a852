// crossing.tsx - open cases of other versions: what would become of each, then moving those that can.
import { useState } from 'preact/hooks';
import { get, Page, post, query } from '../../app/api';
import { useLoad } from '../../app/load';
import { Key, say } from '../../app/words';
import { beginWork } from '../../app/works';
import { Button } from '../../design/button';
import { Dialog } from '../../design/dialog';
import { Badge, Bones, Shown } from '../../design/states';

type Verdict = 'moves' | 'stays' | 'blocked';

interface Crossing {
  case_id: string;
  version: number;
  verdict: Verdict;
  because: string[];
  has_moved: boolean;
}

const TONES = { moves: 'good', stays: undefined, blocked: 'warn' } as const;
const SHOWN_MAX = 200;

/** Everything there is to decide about, page by page; `tell` hears how much it is so far. */
async function plan(at: string, to: number, signal: AbortSignal, tell: (count: number) => void): Promise<Crossing[]> {
  const found: Crossing[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<Crossing> = await get(`${at}/plan${query({ to, cursor })}`, signal);
    found.push(...page.items);
    tell(found.length);
    cursor = page.next;
  } while (cursor !== null);
  return found;
}

function Verdicts({ crossings }: { crossings: Crossing[] }) {
  return (
    <ul class="rows">
      {crossings.slice(0, SHOWN_MAX).map((one) => (
        <li key={one.case_id} class="item">
          <div class="grow">
            <div class="title">№ {one.case_id.slice(-6)} <span class="muted small">{say('version_number', { number: one.version })}</span></div>
            {one.because.map((reason) => <div class="small muted" key={reason}>{reason}</div>)}
          </div>
          <Badge tone={TONES[one.verdict]}>{say(`verdict_${one.verdict}` as Key)}</Badge>
        </li>
      ))}
      {crossings.length > SHOWN_MAX && <li class="item muted">{say('and_more', { count: crossings.length - SHOWN_MAX })}</li>}
    </ul>
  );
}

/** Looked at in this dialog; moved in the corner of every page, so that it may be closed. */
export function CrossingDialog({ at, page, to, onClose }: { at: string; page: string; to: number; onClose: () => void }) {
  const [looked, setLooked] = useState(0);
  const loaded = useLoad((signal) => plan(at, to, signal, setLooked), [at, to]);
  const move = (able: Crossing[]) => {
    const pieces = able.map(({ case_id: id }) => ({
      name: `№ ${id.slice(-6)}`,
      act: async () => (await post<Crossing>(`${at}/move`, { to, case_id: id })).has_moved,
    }));
    beginWork({ name: say('move_to_version', { number: to }), to: page, total: able.length, pieces });
    onClose();
  };
  return (
    <Dialog title={say('move_to_version', { number: to })} onClose={onClose}>
      <Shown of={loaded} bones={<div class="stack"><Bones rows={3} height={36} />{looked > 0 && <p class="muted small" role="status">{say('looked_at', { count: looked })}</p>}</div>}>
        {(crossings) => {
          const able = crossings.filter(({ verdict }) => verdict === 'moves');
          return (
            <div class="stack">
              <p>{crossings.length === 0 ? say('none_to_move') : say('plan_says', { moves: able.length, all: crossings.length })}</p>
              <Verdicts crossings={crossings} />
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
