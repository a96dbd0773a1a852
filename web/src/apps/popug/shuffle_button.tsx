// shuffle_button.tsx - all open tasks fall anew: asked once more, then pressed, then shown how far it is.
import { useState } from 'preact/hooks';
import { Problem } from '../../app/api';
import { asProblem } from '../../app/load';
import { go } from '../../app/router';
import { say as sayPlain } from '../../app/words';
import { Button } from '../../design/button';
import { Dialog } from '../../design/dialog';
import { board } from './board';
import { Refused } from './refused';
import { say } from './words/say';

export function ShuffleButton() {
  const [isAsking, setAsking] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const press = async () => {
    setProblem(null);
    try {
      const draw = await board.shuffle();
      setAsking(false);
      go(`/app/popug/shuffles/${draw.id}`);
    } catch (error) {
      setProblem(asProblem(error));
    }
  };
  return (
    <>
      <Button icon="die" onPress={() => setAsking(true)}>{say('shuffle')}</Button>
      {isAsking && (
        <Dialog title={say('shuffle_title')} onClose={() => setAsking(false)}>
          <div class="stack">
            {problem && <Refused problem={problem} />}
            <p>{say('shuffle_about')}</p>
            <div class="foot">
              <Button kind="quiet" onPress={() => setAsking(false)}>{sayPlain('cancel')}</Button>
              <Button kind="main" icon="die" onPress={press}>{say('shuffle_do')}</Button>
            </div>
          </div>
        </Dialog>
      )}
    </>
  );
}
