// mend_page.tsx - a case as its keeper sees it: why it stands, and the ways to bring it on. Each asks for a reason.
// One that is over can be forgotten.
import { useState } from 'preact/hooks';
import { get, Page, post, Problem, remove } from '../../app/api';
import { asProblem, useLoad } from '../../app/load';
import { go } from '../../app/router';
import { useSession } from '../../app/session';
import { Title } from '../../app/shell';
import { ago, label, Label, moment, say } from '../../app/words';
import { Actor } from '../../design/actor';
import { Button } from '../../design/button';
import { Dialog } from '../../design/dialog';
import { TextField } from '../../design/field';
import { Badge, Bones, Note, Shown, Trouble } from '../../design/states';
import { Sure } from '../../design/sure';
import { toast } from '../../design/toast';

interface Stage { stage: string; state: string; attempt: number; due_at: string | null; reason: { code: string; message: string } | null }
export interface CaseKept {
  case_id: string;
  workflow: string;
  version: number;
  places: string[];
  why: string;
  fields: Record<string, unknown> | null;
  stages: Stage[];
  incidents: number;
  revision: number;
  closed_at: string | null;
}
interface Kept { revision: number; at: string; transition: string; actor: string | null; changes: { reason?: string; places?: string[] } }

export type Way = 'retry' | 'skip' | 'move' | 'cancel';
export interface Mending { reason: string; places: string[] }

/** Asks why, and where to, of one case or of many. */
export function MendDialog({ way, about, onMend, onClose }: { way: Way; about: string; onMend: (mending: Mending) => Promise<void>; onClose: () => void }) {
  const [reason, setReason] = useState('');
  const [places, setPlaces] = useState('');
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isTried, setTried] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const needsPlaces = way === 'move';
  const submit = async (event: Event) => {
    event.preventDefault();
    setTried(true);
    if (isBusy || !reason.trim() || (needsPlaces && !places.trim())) return;
    setBusy(true);
    setProblem(null);
    try {
      await onMend({ reason: reason.trim(), places: places.split(',').map((place) => place.trim()).filter(Boolean) });
    } catch (error) {
      setProblem(asProblem(error));
      setBusy(false);
    }
  };
  const lacks = (value: string) => (isTried && !value.trim() ? say('field_required') : null);
  return (
    <Dialog title={say(`mend_${way}`)} onClose={onClose}>
      <form class="stack" onSubmit={submit} noValidate>
        <p class="muted">{about}</p>
        {problem && <Trouble problem={problem} />}
        {needsPlaces && <TextField name={say('mend_places')} hint={say('mend_places_hint')} value={places} onInput={setPlaces} wrong={lacks(places)} />}
        <TextField name={say('reason')} hint={say('reason_hint')} value={reason} onInput={setReason} rows={2} wrong={lacks(reason)} />
        <div class="foot"><Button kind="quiet" onPress={onClose}>{say('cancel')}</Button><Button kind={way === 'cancel' ? 'danger' : 'main'} submits busy={isBusy}>{say(`mend_${way}`)}</Button></div>
      </form>
    </Dialog>
  );
}

function Mend({ at, way, stage, onClose, onDone }: { at: string; way: Way; stage?: string; onClose: () => void; onDone: () => void }) {
  const mend = async ({ reason, places }: Mending) => {
    await post(`${at}/${way}`, {
      reason,
      ...(stage && way !== 'move' && way !== 'cancel' ? { stage } : {}),
      ...(way === 'move' ? { places } : {}),
    });
    onDone();
  };
  return <MendDialog way={way} about={say(`mend_${way}_about`)} onMend={mend} onClose={onClose} />;
}

function Stages({ stages, onMend }: { stages: Stage[]; onMend: (way: Way, stage: string) => void }) {
  return (
    <ul class="rows">
      {stages.map((stage) => (
        <li key={stage.stage} class="item">
          <div class="grow">
            <div class="title">{stage.stage} <Badge tone={stage.state === 'incident' ? 'bad' : 'warn'}>{stage.state}</Badge></div>
            {stage.reason && <div class="small muted">{stage.reason.message}</div>}
            {stage.due_at && <div class="small muted">{say('due_at', { when: moment(stage.due_at) })}</div>}
          </div>
          <div class="row">
            <Button size="small" icon="again" onPress={() => onMend('retry', stage.stage)}>{say('mend_retry')}</Button>
            <Button size="small" onPress={() => onMend('skip', stage.stage)}>{say('mend_skip')}</Button>
          </div>
        </li>
      ))}
    </ul>
  );
}

type Labels = Record<string, Label>;

/** What the definition calls its places; bare names for who may not read it. */
async function labelsOf(at: string): Promise<Labels> {
  const said = await get<{ places: { name: string; label: Label }[] }>(`${at}/places`).catch(() => ({ places: [] }));
  return Object.fromEntries(said.places.map((place) => [place.name, place.label]));
}

function told(value: unknown): string {
  if (value === null || value === '') return say('nothing');
  if (typeof value === 'boolean') return say(value ? 'yes' : 'no');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function Fields({ fields }: { fields: Record<string, unknown> }) {
  const all = Object.entries(fields);
  if (all.length === 0) return <p class="muted">{say('no_details')}</p>;
  return <dl class="values">{all.map(([name, value]) => <div key={name}><dt>{label(null, name)}</dt><dd>{told(value)}</dd></div>)}</dl>;
}

export function MendPage({ service, case_id: caseId }: Record<string, string>) {
  const { may, doors } = useSession();
  const [open, setOpen] = useState<{ way: Way; stage?: string } | null>(null);
  const [isForgetting, setForgetting] = useState(false);
  const at = `/api/cases/${service}/${caseId}`;
  const loaded = useLoad(async () => {
    const [of, history] = await Promise.all([get<CaseKept>(at), get<Page<Kept>>(`${at}/history`)]);
    return { of, history: history.items, labels: await labelsOf(`/api/workflows/${service}/${of.workflow}`) };
  }, [service, caseId]);
  const done = () => {
    setOpen(null);
    toast(say('done'));
    void loaded.again();
  };
  const forget = async () => {
    await remove(at);
    go('/app/start');
    toast(say('case_forgotten'));
  };
  return (
    <Shown of={loaded} bones={<Bones rows={6} height={32} />}>
      {({ of, history, labels }) => (
        <>
          <Title back={say('incidents')} backTo="/app/workflows/incidents" under={<div class="row">{of.places.map((place) => <Badge key={place} tone="accent"><span class="dot" />{label(labels[place], place)}</Badge>)}</div>}
            actions={of.closed_at
              ? may('cases.forget') && <Button kind="danger" onPress={() => setForgetting(true)}>{say('forget')}</Button>
              : may('cases.mend') && (
                <>
                  <Button onPress={() => setOpen({ way: 'move' })}>{say('mend_move')}</Button>
                  <Button kind="danger" onPress={() => setOpen({ way: 'cancel' })}>{say('mend_cancel')}</Button>
                </>
              )}>{`${label(doors?.find(({ workflow }) => workflow === of.workflow)?.label, of.workflow)} · № ${of.case_id.slice(-6)}`}</Title>
          <Note tone={of.incidents > 0 ? 'bad' : 'accent'}>{of.why}</Note>
          {of.stages.length > 0 && (
            <section class="card"><div class="head"><h2>{say('stages')}</h2></div><Stages stages={of.stages} onMend={(way, stage) => setOpen({ way, stage })} /></section>
          )}
          <section class="card">
            <div class="head"><h2>{say('details')}</h2></div>
            <div class="body"><Fields fields={of.fields ?? {}} /></div>
          </section>
          <section class="card">
            <div class="head"><h2>{say('history')}</h2></div>
            <div class="body">
              <ol class="timeline" reversed>
                {[...history].reverse().map((step) => (
                  <li key={step.revision}>
                    <div class="what">{label(null, step.transition)}{step.changes.places && ` → ${step.changes.places.map((place) => label(labels[place], place)).join(', ')}`}</div>
                    <div class="small muted"><Actor actor={step.actor} /> · {ago(step.at)}</div>
                    {step.changes.reason && <div class="changes">{step.changes.reason}</div>}
                  </li>
                ))}
              </ol>
            </div>
          </section>
          {open && <Mend at={at} way={open.way} stage={open.stage} onClose={() => setOpen(null)} onDone={done} />}
          {isForgetting && <Sure title={say('forget_case')} about={say('forget_case_about')} yes={say('forget_for_good')} onYes={forget} onClose={() => setForgetting(false)} />}
        </>
      )}
    </Shown>
  );
}
