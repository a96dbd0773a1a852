// house_page.tsx - what is chosen for everybody: which apps are shown, and sample data.
import { useState } from 'preact/hooks';
import { get, patch, Problem } from '../../app/api';
import { asProblem, useLoad } from '../../app/load';
import { seesSample } from '../../app/sample';
import { useSession } from '../../app/session';
import { Title } from '../../app/shell';
import { say } from '../../app/words';
import { Bones, Shown, Trouble } from '../../design/states';
import { toast } from '../../design/toast';
import { AppsChoice, HouseChoice } from './apps_choice';
import { SampleCard } from './sample_card';

export function HousePage() {
  const session = useSession();
  const [problem, setProblem] = useState<Problem | null>(null);
  const loaded = useLoad(() => get<HouseChoice>('/api/house'), []);
  const choose = async (hidden: string[], before: HouseChoice) => {
    setProblem(null);
    try {
      const chosen = await patch<HouseChoice>('/api/house', { hidden }, { revision: before.revision });
      loaded.set(chosen);
      await session.look();
      toast(say('saved'), () => choose(before.hidden, chosen));
    } catch (error) {
      setProblem(asProblem(error));
      await loaded.again();
    }
  };
  return (
    <>
      <Title under={<p class="muted">{say('house_about')}</p>}>{say('house')}</Title>
      {problem && <Trouble problem={problem} />}
      <section class="card">
        <div class="body">
          <Shown of={loaded} bones={<Bones rows={3} height={36} />}>
            {(house) => <AppsChoice services={session.services} hidden={house.hidden} onChange={(hidden) => choose(hidden, house)} />}
          </Shown>
        </div>
      </section>
      {seesSample(session) && <SampleCard />}
    </>
  );
}
