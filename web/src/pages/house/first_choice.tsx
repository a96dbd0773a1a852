// first_choice.tsx - the second step of a first visit: what is shown here, and whether with something to look at.
import { useEffect, useState } from 'preact/hooks';
import { get, patch, post, Problem } from '../../app/api';
import { asProblem, useLoad } from '../../app/load';
import { House } from '../../app/session';
import { say } from '../../app/words';
import { Button } from '../../design/button';
import { CheckField } from '../../design/field';
import { Shown, Trouble } from '../../design/states';
import { Gate } from '../sign_in/gate';
import { AppsChoice, appsOf } from './apps_choice';

const hasSample = (house: House) => house.services.some(({ name }) => name === 'sample');

/** It is there already when the answer to the first try was lost. */
const fill = () => post('/api/sample').catch((error) => {
  if (asProblem(error).code !== 'sample_is_there') throw error;
});

export function FirstChoice({ onDone }: { onDone: () => Promise<void> }) {
  const [hidden, setHidden] = useState<string[]>([]);
  const [isFilled, setFilled] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const loaded = useLoad(() => get<House>('/web.json'), []);
  useEffect(() => {
    if (loaded.value && appsOf(loaded.value.services).length === 0 && !hasSample(loaded.value)) void onDone();
  }, [loaded.value]);
  const go = async () => {
    setProblem(null);
    try {
      if (hidden.length > 0) await patch('/api/house', { hidden });
      if (isFilled) await fill();
      await onDone();
    } catch (error) {
      setProblem(asProblem(error));
    }
  };
  return (
    <Gate title={say('set_up_apps_title')}>
      <p class="muted">{say('set_up_apps_about')}</p>
      {problem && <Trouble problem={problem} />}
      <Shown of={loaded}>
        {(house) => (
          <>
            <AppsChoice services={house.services} hidden={hidden} onChange={setHidden} />
            {hasSample(house) && <CheckField name={say('sample_too')} hint={say('sample_too_hint')} checked={isFilled} onInput={setFilled} />}
          </>
        )}
      </Shown>
      <Button kind="main" wide onPress={go}>{say('set_up_go')}</Button>
    </Gate>
  );
}
