// new_page.tsx - a new case: the form of the operation that begins it.
import { useState } from 'preact/hooks';
import { Problem } from '../../app/api';
import { About, caseAddress, DoorName, flow, listAddress, Offer } from '../../app/flow';
import { asProblem, useLoad } from '../../app/load';
import { go } from '../../app/router';
import { Title } from '../../app/shell';
import { label, say } from '../../app/words';
import { Button } from '../../design/button';
import { Bones, Empty, Note, Shown, Trouble } from '../../design/states';
import { toast } from '../../design/toast';
import { Draft, draftOf, FormFields, formOf, missing } from '../case/form';
import { reasonText } from '../case/offers';

function Begin({ door, offer, again }: { door: DoorName; offer: Offer; again: () => Promise<void> }) {
  const [draft, setDraft] = useState<Draft>(() => draftOf(offer.form, {}));
  const [problem, setProblem] = useState<Problem | null>(null);
  const [absent, setAbsent] = useState<string[]>([]);
  const [isBusy, setBusy] = useState(false);
  const reason = reasonText(offer);
  const submit = async (event: Event) => {
    event.preventDefault();
    const empty = missing(offer.form, draft);
    setAbsent(empty);
    if (empty.length > 0 || isBusy || !offer.token) return;
    setBusy(true);
    setProblem(null);
    try {
      const done = await flow.operate(door, offer, formOf(offer.form, draft, {}));
      toast(say('begun'));
      go(caseAddress(door, done.case_id), 'replace');
    } catch (error) {
      const trouble = asProblem(error);
      setProblem(trouble);
      if (trouble.code === 'invalid_token') await again();
    }
    setBusy(false);
  };
  const name = label(offer.label, offer.operation);
  return (
    <form class="card" onSubmit={submit} noValidate>
      <div class="body stack">
        {reason && <Note tone="warn">{reason}</Note>}
        {problem && problem.fields.length === 0 && <Trouble problem={problem} />}
        <FormFields fields={offer.form} draft={draft} onChange={setDraft} problem={problem} absent={absent} />
      </div>
      <div class="foot row">
        <Button kind="main" submits busy={isBusy} disabledBy={reason ?? undefined}>{name}</Button>
        <a class="button quiet" href={listAddress(door)}>{say('cancel')}</a>
      </div>
    </form>
  );
}

interface Seen {
  about: About;
  offer: Offer | null;
  openCase: string | null;
}

export function NewPage({ kind, workflow, operation }: Record<string, string>) {
  const door = { kind: kind!, workflow: workflow! };
  const loaded = useLoad<Seen>(async (signal) => {
    const [about, state] = await Promise.all([flow.about(door), flow.state(door, undefined, undefined, signal)]);
    const offer = state.new_operations.find((one) => one.operation === operation) ?? null;
    return { about, offer, openCase: state.case?.case_id ?? null };
  }, [kind, workflow, operation]);
  return (
    <Shown of={loaded} bones={<Bones rows={5} height={40} />}>
      {({ about, offer, openCase }) => (
        <>
          <Title back={label(about.label, about.workflow)} backTo={listAddress(door)}>{label(about.operations.find((one) => one.operation === operation)?.label, operation)}</Title>
          {offer ? <Begin door={door} offer={offer} again={loaded.again} /> : (
            <div class="card">
              <Empty icon="cases" title={say(openCase ? 'one_open_title' : 'cannot_begin_title')}>
                <p>{say(openCase ? 'one_open' : 'cannot_begin')}</p>
                {openCase && <a class="button main" href={caseAddress(door, openCase)}>{say('open_it')}</a>}
              </Empty>
            </div>
          )}
        </>
      )}
    </Shown>
  );
}
