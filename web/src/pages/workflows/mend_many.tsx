// mend_many.tsx - the same thing for many cases that stand still: one reason, then one after the other.
import { get, post } from '../../app/api';
import { say } from '../../app/words';
import { beginWork, Piece } from '../../app/works';
import { CaseKept, MendDialog, Mending, Way } from './mend_page';

export interface StandsStill {
  service: string;
  caseId: string;
  name: string;
}

/** False when nothing stands still any more: somebody, or time itself, has done it already. */
async function mend(at: string, way: Way, { reason, places }: Mending): Promise<boolean> {
  const of = await get<CaseKept>(at);
  const stages = of.stages.filter(({ state }) => state === 'incident');
  if (of.closed_at || stages.length === 0) return false;
  if (way === 'move') await post(`${at}/move`, { reason, places });
  else if (way === 'cancel') await post(`${at}/cancel`, { reason });
  else for (const { stage } of stages) await post(`${at}/${way}`, { reason, stage });
  return true;
}

async function* piecesOf(all: AsyncIterable<StandsStill> | StandsStill[], way: Way, mending: Mending): AsyncGenerator<Piece> {
  for await (const { service, caseId, name } of all) {
    yield { name, to: `/app/mend/${service}/${caseId}`, act: () => mend(`/api/cases/${service}/${caseId}`, way, mending) };
  }
}

export function MendMany({ way, of, count, onClose, onBegun }: {
  way: Way; of: AsyncIterable<StandsStill> | StandsStill[]; count: number | null; onClose: () => void; onBegun: () => void;
}) {
  const begin = async (mending: Mending) => {
    const name = `${say(`mend_${way}`)}: ${count === null ? say('incidents') : say('chosen_count', { count })}`;
    beginWork({ name, to: '/app/workflows/incidents', total: count, pieces: piecesOf(of, way, mending) });
    onBegun();
  };
  const about = Array.isArray(of) ? `${say(`mend_${way}_about`)} ${say('mend_several_about')}` : say('mend_all_about');
  return <MendDialog way={way} about={about} onMend={begin} onClose={onClose} />;
}
