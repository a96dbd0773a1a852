// first_choice.tsx - the second step of a first visit: what is shown here.
import { useEffect, useState } from 'preact/hooks';
import { get, patch, Problem } from '../../app/api';
import { asProblem, useLoad } from '../../app/load';
import { House } from '../../app/session';
import { say } from '../../app/words';
import { Button } from '../../design/button';
import { Shown, Trouble } from '../../design/states';
import { Gate } from '../sign_in/gate';
import { AppsChoice, appsOf } from './apps_choice';

export function FirstChoice({ onDone }: { onDone: () => Promise<void> }) {
  const [hidden, setHidden] = useState<string[]>([]);
  const [problem, setProblem] = useState<Problem | null>(null);
  const loaded = useLoad(() => get<House>('/web.json'), []);
  useEffect(() => {
    if (loaded.value && appsOf(loaded.value.services).length === 0) void onDone();
  }, [loaded.value]);
  const go = async () => {
    setProblem(null);
    try {
      if (hidden.length > 0) await patch('/api/house', { hidden });
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
        {({ services }) => <AppsChoice services={services} hidden={hidden} onChange={setHidden} />}
      </Shown>
      <Button kind="main" wide onPress={go}>{say('set_up_go')}</Button>
    </Gate>
  );
}
