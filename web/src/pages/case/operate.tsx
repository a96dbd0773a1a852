// operate.tsx - one operation: its form, its outcome, and what to do when somebody was faster.
import { useState } from 'preact/hooks';
import { Problem } from '../../app/api';
import { About, Done, DoorName, flow, Offer, State } from '../../app/flow';
import { asProblem } from '../../app/load';
import { label, say } from '../../app/words';
import { Button } from '../../design/button';
import { Dialog } from '../../design/dialog';
import { Note, Trouble } from '../../design/states';
import { Change, Changes, changesBetween } from './changed';
import { draftOf, FormFields, formOf, missing } from './form';
import { reasonText } from './offers';

const PATIENCE_TRIES = 60;

/** A step that runs on after the answer is asked for until it has ended. */
export async function untilDone(door: DoorName, done: Done): Promise<Done> {
  let now = done;
  for (let tries = 0; now.status === 'running' && tries < PATIENCE_TRIES; tries++) {
    await new Promise((wake) => setTimeout(wake, Math.min(200 + tries * 100, 2000)));
    now = await flow.operation(door, done.operation_id);
  }
  return now;
}

export interface OperateProps {
  door: DoorName;
  about: About;
  seen: State; // what he had before his eyes when he pressed the button
  offer: Offer;
  onDone: (done: Done) => void;
  onSeen: (state: State) => void;
  onClose: () => void;
}

export function Operate({ door, about, seen, offer, onDone, onSeen, onClose }: OperateProps) {
  const before = seen.case?.forms ?? {};
  const [draft, setDraft] = useState(() => draftOf(offer.form, before));
  const [current, setCurrent] = useState(offer);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [absent, setAbsent] = useState<string[]>([]);
  const [changes, setChanges] = useState<Change[] | null>(null);
  const [isBusy, setBusy] = useState(false);

  const lookAgain = async () => {
    const now = await flow.state(door, seen.case?.case_id);
    setChanges(changesBetween(seen, now, about));
    setCurrent(now.new_operations.find(({ operation }) => operation === offer.operation) ?? { ...offer, token: undefined });
    onSeen(now);
  };
  const submit = async (event: Event) => {
    event.preventDefault();
    const empty = missing(offer.form, draft);
    setAbsent(empty);
    if (empty.length > 0 || !current.token || isBusy) return;
    setBusy(true);
    setProblem(null);
    try {
      const done = await untilDone(door, await flow.operate(door, current, formOf(offer.form, draft, before)));
      onDone(done);
    } catch (error) {
      const trouble = asProblem(error);
      if (trouble.code === 'invalid_token') await lookAgain().catch((fault) => setProblem(asProblem(fault)));
      else setProblem(trouble);
    }
    setBusy(false);
  };
  const name = label(offer.label, offer.operation);
  const general = problem && problem.fields.length === 0 ? problem : null;
  return (
    <Dialog title={name} onClose={onClose}>
      <form class="stack" onSubmit={submit} noValidate>
        {changes && (
          <div role="alert" class="stack-2">
            <Note tone="warn"><strong>{say('changed_title')}</strong><p>{current.token ? say('changed_advice') : reasonText(current) ?? say('changed_gone')}</p></Note>
            <Changes changes={changes} />
          </div>
        )}
        {general && <Trouble problem={general} />}
        {offer.form.length === 0 && !changes && <p class="muted">{say('no_form')}</p>}
        <FormFields fields={offer.form} draft={draft} onChange={setDraft} problem={problem} absent={absent}
          at={seen.case ? { door, caseId: seen.case.case_id } : undefined} />
        <div class="foot">
          <Button kind="quiet" onPress={onClose}>{say(current.token ? 'cancel' : 'close')}</Button>
          {current.token && <Button kind="main" submits busy={isBusy}>{changes ? say('do_anyway', { name }) : name}</Button>}
        </div>
      </form>
    </Dialog>
  );
}
