// wizard.tsx - the customer fills in: four calm pages, kept on the server as he writes.
import { ComponentChildren, RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Problem } from '../../../app/api';
import { About, FormField, State } from '../../../app/flow';
import { ago, label } from '../../../app/words';
import { Button } from '../../../design/button';
import { Icon } from '../../../design/icon';
import { Note, Trouble } from '../../../design/states';
import { toast } from '../../../design/toast';
import { Changes } from '../../../pages/case/changed';
import { FormFields, formOf, missing } from '../../../pages/case/form';
import { CUSTOMER } from '../door';
import { tell } from '../words';
import { Keeping, KeptDraft, useDraft } from './draft';
import { EXTRAS } from './extras';
import { Sent } from './sent';
import { asked, fieldsOf, fieldsOfHalf, firstStep, Half, halfOf, halfOfCase, SAVES, StepName, STEPS, submitOf } from './steps';

const TICK_MS = 20_000;

function Steps({ now }: { now: StepName }) {
  const at = STEPS.indexOf(now);
  return (
    <div class="steps">
      <p class="where small muted">{tell('step_of', { step: at + 1, steps: STEPS.length, name: tell(`short_${now}`) })}</p>
      <ol aria-label={tell('steps')}>
        {STEPS.map((step, i) => (
          <li key={step} class={i < at ? 'behind' : undefined} aria-current={i === at ? 'step' : undefined}>
            <span class="mark" aria-hidden="true">{i < at ? <Icon name="check" /> : i + 1}</span><span class="name">{tell(`short_${step}`)}</span>
          </li>
        ))}
      </ol>
    </div>
  );
}

/** Says that nothing is lost; told to screen readers when it changes. */
function Saved({ keeping, keptAt, refused }: { keeping: Keeping; keptAt: number | null; refused: string }) {
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = window.setInterval(() => tick((count) => count + 1), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  const told = keeping === 'waiting' ? tell('saved_later')
    : keeping === 'keeping' || keeping === 'writing' ? tell('saving')
      : refused ? tell('saved_but', { names: refused })
        : keptAt ? tell('saved', { when: ago(keptAt) }) : tell('saved_here');
  const isKept = keeping === 'kept' && !refused;
  return <p class={`saved small ${keeping === 'waiting' ? 'late' : ''}`} role="status"><Icon name={isKept ? 'check' : keeping === 'waiting' ? 'alert' : 'pulse'} />{told}</p>;
}

function News({ draft }: { draft: KeptDraft }) {
  if (draft.changes.length === 0) return null;
  return (
    <div role="alert" class="stack-2">
      <Note tone="warn"><strong>{tell('changed_elsewhere')}</strong><p>{tell('changed_elsewhere_about')}</p></Note>
      <Changes changes={draft.changes} />
      <div class="row"><Button onPress={draft.understood}>{tell('understood')}</Button></div>
    </div>
  );
}

/** Fields that he has not left yet are not judged: nobody is corrected while he writes. */
function onlyLeft(problem: Problem | null, left: Set<string>): Problem | null {
  const fields = problem?.fields.filter(({ field }) => left.has(field.replace(/^form\./, ''))) ?? [];
  return problem && fields.length > 0 ? new Problem(problem.status, problem.code, problem.message, { fields }) : null;
}

const namesIn = (problem: Problem | null) => problem?.fields.map(({ field }) => field.replace(/^form\./, '')) ?? [];

function focusWrong(form: RefObject<HTMLFormElement | null>): void {
  requestAnimationFrame(() => form.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus());
}

interface PartProps {
  about: About;
  state: State;
  half: Half;
  step: StepName;
  onStep: (step: StepName) => void;
  onMoved: () => Promise<void>;
  stamp: number; // grows when something has changed on the server
}

/** The pages of one half: both write into one draft. */
function Part({ about, state, half, step, onStep, onMoved, stamp }: PartProps) {
  const all = fieldsOfHalf(half, about);
  const draft = useDraft({ door: CUSTOMER, about, state, saving: SAVES[half], fields: all, onMoved: () => void onMoved() });
  const [left, setLeft] = useState<Set<string>>(new Set());
  const [absent, setAbsent] = useState<string[]>([]);
  const [isBusy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const isEntrepreneur = draft.values.company_form === 'entrepreneur';
  const own = asked(fieldsOf(step, about), isEntrepreneur);
  useEffect(() => void draft.lookAgain(), [stamp]);
  const leave = (names: string[]) => setLeft((now) => new Set([...now, ...names]));

  const submit = async (): Promise<boolean> => {
    const before = state.case?.forms ?? {};
    const done = await draft.operate(submitOf(half), formOf(asked(all, isEntrepreneur), draft.values, before));
    if (done) await onMoved();
    return done !== null;
  };
  const next = async () => {
    const empty = missing(own, draft.values);
    leave((step === 'company' ? own : all).map(({ name }) => name));
    setAbsent(empty);
    const wrong = namesIn(await draft.keep());
    if (empty.length > 0 || own.some(({ name }) => wrong.includes(name))) {
      focusWrong(form);
      return;
    }
    if (step === 'company') onStep('bank');
    else if (await submit()) onStep(step === 'bank' ? 'contact' : 'check');
    else focusWrong(form);
  };
  const back = async () => {
    await draft.keep();
    if (step === 'bank') onStep('company');
    else if (await draft.operate('back_to_company', {})) {
      onStep('bank');
      await onMoved();
    }
  };
  const press = async (event: Event) => {
    event.preventDefault();
    if (isBusy) return;
    setBusy(true);
    await next();
    setBusy(false);
  };
  const general = draft.problem && draft.problem.fields.length === 0 ? draft.problem : null;
  const elsewhere = namesIn(draft.problem).filter((name) => left.has(name) && !own.some((field) => field.name === name));
  const nameOf = (name: string) => label(all.find((field) => field.name === name)?.label, name);
  return (
    <form ref={form} class="card wizard" onSubmit={press} noValidate onFocusOut={(event) => {
      const name = nameOfControl(event.target, own);
      if (name) leave([name]);
    }}>
      <div class="body stack">
        <Heading step={step} />
        <News draft={draft} />
        {general && <Trouble problem={general} />}
        {elsewhere.length > 0 && <Note tone="warn">{tell('wrong_elsewhere', { names: elsewhere.map(nameOf).join(', ') })}</Note>}
        <FormFields fields={own} draft={draft.values} extras={EXTRAS()} at={{ door: CUSTOMER, caseId: state.case!.case_id }} problem={onlyLeft(draft.problem, left)}
          absent={absent.filter((name) => !String(draft.values[name] ?? '').trim())}
          onChange={(values) => draft.change(values)} />
      </div>
      <div class="foot row">
        {step !== 'company' && <Button kind="quiet" icon="left" onPress={back}>{tell('back')}</Button>}
        <Saved keeping={draft.keeping} keptAt={draft.keptAt} refused={namesIn(draft.problem).map(nameOf).join(', ')} />
        <span class="row-end"><Button kind="main" submits busy={isBusy}>{tell('next')}</Button></span>
      </div>
    </form>
  );
}

/** Controls stand in the order of their fields. */
function nameOfControl(control: EventTarget | null, fields: FormField[]): string | null {
  const all = [...((control as HTMLElement).closest('form')?.querySelectorAll('.field .input') ?? [])];
  return fields.filter(({ kind }) => kind !== 'files')[all.indexOf(control as HTMLElement)]?.name ?? null;
}

function Heading({ step }: { step: StepName }) {
  const heading = useRef<HTMLHeadingElement>(null);
  const first = useRef(true);
  useEffect(() => {
    if (!first.current) {
      heading.current?.focus({ preventScroll: true });
      window.scrollTo(0, 0);
    }
    first.current = false;
  }, [step]);
  return (
    <div class="stack-2">
      <h2 ref={heading} tabIndex={-1}>{tell(`step_${step}`)}</h2>
      <p class="muted">{tell(`about_${step}`)}</p>
    </div>
  );
}

function Check({ about, state, onStep, onMoved, stamp }: Omit<PartProps, 'half' | 'step'>) {
  const draft = useDraft({ door: CUSTOMER, about, state, saving: SAVES.contact_form, fields: [], onMoved: () => void onMoved() });
  useEffect(() => void draft.lookAgain(), [stamp]);
  const send = async () => {
    if (await draft.operate('submit_for_moderation', {})) {
      toast(tell('sent_toast'));
      await onMoved();
    }
  };
  const correct = async (step: StepName) => {
    if (step !== 'contact' && !(await draft.operate('back_to_company', {}))) return;
    onStep(step);
    await onMoved();
  };
  return (
    <section class="card wizard" aria-label={tell('step_check')}>
      <div class="body stack">
        <Heading step="check" />
        <News draft={draft} />
        {draft.problem && <Trouble problem={draft.problem} />}
        <Sent about={about} of={state.case!} onCorrect={correct} />
      </div>
      <div class="foot row">
        <Button kind="quiet" icon="left" onPress={() => onStep('contact')}>{tell('back')}</Button>
        <span class="row-end"><Button kind="main" icon="check" onPress={send}>{tell('send')}</Button></span>
      </div>
    </section>
  );
}

export function Wizard({ about, state, onMoved, stamp, above }: {
  about: About; state: State; onMoved: () => Promise<void>; stamp: number; above?: ComponentChildren;
}) {
  const half = halfOfCase(state.case!)!;
  const [chosen, setChosen] = useState<StepName>(() => firstStep(about, state.case!));
  const step = halfOf(chosen) === half ? chosen : half === 'company_form' ? 'company' : 'contact';
  return (
    <>
      <Steps now={step} />
      {above}
      {step === 'check'
        ? <Check about={about} state={state} onStep={setChosen} onMoved={onMoved} stamp={stamp} />
        : <Part key={half} about={about} state={state} half={half} step={step} onStep={setChosen} onMoved={onMoved} stamp={stamp} />}
    </>
  );
}
