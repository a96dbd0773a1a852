// sample_card.tsx - made-up people and cases to look at: put there in one click, taken away in one.
import { useEffect, useRef, useState } from 'preact/hooks';
import { post, Problem, remove } from '../../app/api';
import { asProblem } from '../../app/load';
import { isUnderWay, Sample, SAMPLE_AT, seesSample, useSample } from '../../app/sample';
import { useSession } from '../../app/session';
import { say } from '../../app/words';
import { Button } from '../../design/button';
import { Bones, Note, Shown, Trouble } from '../../design/states';
import { Sure } from '../../design/sure';
import { toast } from '../../design/toast';

/** "12 people and 7 cases". */
function amount({ people, cases }: Sample): string {
  return say('sample_amount', { people: say('people_count', { count: people }), cases: say('chosen_count', { count: cases }) });
}

function UnderWay({ sample }: { sample: Sample }) {
  const name = say(sample.state === 'filling' ? 'sample_filling' : 'sample_removing');
  const done = sample.total - sample.left;
  return (
    <div class="stack-2">
      <p>{name}</p>
      <progress value={done} max={Math.max(sample.total, 1)} aria-label={name} />
      <span class="small muted number">{say('work_of', { done, total: sample.total })}</span>
    </div>
  );
}

/** What it is now, and what can be done about it. */
function Now({ sample, onFill, onRemove }: { sample: Sample; onFill: () => Promise<void>; onRemove: () => void }) {
  const { may } = useSession();
  if (isUnderWay(sample)) return <UnderWay sample={sample} />;
  const isThere = sample.state === 'filled';
  return (
    <>
      <p class={isThere ? undefined : 'muted'}>{isThere ? say('sample_there', { amount: amount(sample) }) : say('sample_about')}</p>
      {!isThere && may('sample.fill') && <div class="row"><Button onPress={onFill}>{say('sample_fill')}</Button></div>}
      {isThere && may('sample.remove') && <div class="row"><Button kind="danger" onPress={onRemove}>{say('sample_remove')}</Button></div>}
    </>
  );
}

/** What has become of it while one was looking. */
function useEnd(sample: Sample | undefined): void {
  const { lookAtDoors } = useSession();
  const before = useRef<Sample | undefined>(undefined);
  useEffect(() => {
    const was = before.current;
    before.current = sample;
    if (!sample || !was || isUnderWay(sample) || !isUnderWay(was)) return;
    toast(sample.state === 'none' ? say('sample_gone') : was.state === 'removing' ? say('sample_stays') : say('sample_there', { amount: amount(sample) }));
    void lookAtDoors(); // there are other cases now
  }, [sample]);
}

export function SampleCard() {
  const [isSure, setSure] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const loaded = useSample();
  useEnd(loaded.value);
  const fill = async () => {
    setProblem(null);
    try {
      loaded.set(await post<Sample>('/api/sample'));
    } catch (error) {
      setProblem(asProblem(error));
      await loaded.again(); // somebody may have been faster
    }
  };
  const empty = async () => {
    loaded.set(await remove<Sample>('/api/sample'));
    setSure(false);
  };
  return (
    <section class="card" aria-label={say('sample_data')}>
      <div class="head"><h2>{say('sample_data')}</h2></div>
      <div class="body stack">
        {problem && <Trouble problem={problem} />}
        <Shown of={loaded} bones={<Bones rows={2} />}>
          {(sample) => <Now sample={sample} onFill={fill} onRemove={() => setSure(true)} />}
        </Shown>
      </div>
      {isSure && <Sure title={say('sample_remove')} about={say('sample_remove_about')} yes={say('sample_remove_yes')} onYes={empty} onClose={() => setSure(false)} />}
    </section>
  );
}

/** On the first page, as long as there is any: nobody should take it for real. */
export function SampleNote() {
  const session = useSession();
  return seesSample(session, 'sample.remove') && seesSample(session) ? <Remark /> : null;
}

function Remark() {
  const sample = useSample().value;
  if (!sample || sample.state === 'none') return null;
  const text = isUnderWay(sample) ? say(sample.state === 'filling' ? 'sample_filling' : 'sample_removing') : say('sample_here');
  return <Note><div class="row"><span class="grow">{text}</span><a href={SAMPLE_AT}>{say(sample.state === 'filled' ? 'sample_data' : 'sample_how_far')}</a></div></Note>;
}
