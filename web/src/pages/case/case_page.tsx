// case_page.tsx - one case: where it is, what can be done, what is known, what has happened; live.
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { About, CaseShown, Done, DoorName, flow, FormField, headline, listAddress, Offer, shown, State, Step } from '../../app/flow';
import { useLoad } from '../../app/load';
import { useName } from '../../app/names';
import { go } from '../../app/router';
import { Door, useSession } from '../../app/session';
import { Title } from '../../app/shell';
import { watch } from '../../app/stream';
import { ago, label, moment, say } from '../../app/words';
import { Button, Choice, LinkButton } from '../../design/button';
import { Badge, Bones, Note, Shown, Trouble } from '../../design/states';
import { toast } from '../../design/toast';
import { History } from './history';
import { Offers } from './offers';
import { Operate } from './operate';
import { Where } from './where';

interface Seen {
  about: About;
  state: State;
  steps: Step[];
}

async function lookAt(door: DoorName, caseId: string, eventId?: string, signal?: AbortSignal): Promise<Seen> {
  const state = await flow.state(door, caseId, eventId, signal);
  const [about, history] = await Promise.all([flow.about(door, state.case?.version), flow.history(door, caseId)]);
  return { about, state, steps: history.items };
}

function Value({ value, field }: { value: any; field: FormField }) {
  return <>{useName(field.kind === 'id' ? value : null, shown(value, field))}</>;
}

export function Details({ of, about }: { of: CaseShown; about: About }) {
  const fields = about.fields.filter(({ name }) => of.forms[name] != null);
  return (
    <section class="card">
      <div class="head"><h2>{say('details')}</h2></div>
      <div class="body">
        {fields.length === 0 ? <p class="muted">{say('no_details')}</p> : (
          <dl class="values">
            {fields.map((field) => (
              <div key={field.name}><dt>{label(field.label, field.name)}</dt><dd><Value value={of.forms[field.name]} field={field} /></dd></div>
            ))}
          </dl>
        )}
      </div>
    </section>
  );
}

/** Somebody who has several ways into one workflow may look through each of them. */
function ViewAs({ doors, door, caseId }: { doors: Door[]; door: DoorName; caseId: string }) {
  if (doors.length < 2) return null;
  return (
    <div class="row">
      <span class="small muted">{say('view_as')}</span>
      <Choice name={say('view_as')} value={door.kind} options={doors.map(({ kind, kind_label }) => ({ value: kind, text: label(kind_label, kind) }))}
        onChange={(kind) => go(`/app/cases/${kind}/${door.workflow}/${caseId}`)} />
    </div>
  );
}

export function CasePage({ kind, workflow, case_id: caseId }: Record<string, string>) {
  const door = { kind: kind!, workflow: workflow! };
  const session = useSession();
  const eventId = useRef<string | undefined>(undefined);
  const [chosen, setChosen] = useState<{ offer: Offer; seen: State } | null>(null);
  const [stamp, setStamp] = useState(0);
  const loaded = useLoad((signal) => lookAt(door, caseId!, eventId.current, signal), [kind, workflow, caseId]);

  const again = useCallback(async () => {
    await loaded.again();
    setStamp((now) => now + 1);
  }, [loaded.again]);
  const service = session.doors?.find((one) => one.workflow === workflow)?.service;
  useEffect(() => {
    if (!service) return;
    return watch(flow.events(door), [`${service}.case_changed`], (told) => {
      if (told.type === 'closed' || (told.data?.case_id && told.data.case_id !== caseId)) return;
      eventId.current = told.data?.event_id ?? eventId.current;
      void again();
      void session.lookAtDoors();
    });
  }, [kind, workflow, caseId, service, again]);

  const onDone = (done: Done) => {
    setChosen(null);
    toast(done.status === 'failed' ? done.fail_reason?.message ?? say('failed') : say(done.status === 'running' ? 'goes_on' : 'done'));
    void again();
    void session.lookAtDoors();
  };
  const doors = (session.doors ?? []).filter((one) => one.workflow === workflow);
  if (loaded.problem && !loaded.value) {
    return (
      <>
        <Title back={say('cases')} backTo={listAddress(door)} actions={<ViewAs doors={doors} door={door} caseId={caseId!} />}>{say('case')}</Title>
        <Trouble problem={loaded.problem} again={loaded.again} />
      </>
    );
  }
  return (
    <Shown of={loaded} bones={<div class="stack"><div class="bone" style={{ height: '32px', width: '40%' }} /><Bones rows={6} height={28} /></div>}>
      {({ about, state, steps }) => state.case === null ? null : (
        <>
          <Title back={label(about.label, about.workflow)} backTo={listAddress(door)}
            actions={<><ViewAs doors={doors} door={door} caseId={caseId!} />{service && session.may('cases.view_as') && <LinkButton to={`/app/view/${service}/${caseId}`} icon="eye" kind="quiet">{say('view_as_others')}</LinkButton>}</>}
            under={(
              <div class="row">
                {state.case.places.map((place) => <Badge key={place.name} tone={state.case!.closed_at ? 'good' : 'accent'}><span class="dot" />{label(place.label, place.name)}</Badge>)}
                <span class="small muted" title={moment(state.case.opened_at)}>
                  {state.case.closed_at ? say('closed_ago', { when: ago(state.case.closed_at) }) : say('opened_ago', { when: ago(state.case.opened_at) })}
                </span>
              </div>
            )}>
            {headline(state.case, about.fields)}
          </Title>
          {state.operations.filter(({ status }) => status === 'running').map((running) => (
            <Note key={running.operation_id}>{say('under_way', { name: label(about.operations.find(({ operation }) => operation === running.operation)?.label, running.operation) })}</Note>
          ))}
          <section class="card" aria-label={say('what_you_can_do')}>
            <div class="head"><h2>{say('what_you_can_do')}</h2></div>
            <div class="body">
              <Offers offers={state.new_operations} onChoose={(offer) => setChosen({ offer, seen: state })} />
            </div>
          </section>
          {about.sees_all && <Where door={door} about={about} of={state.case} stamp={stamp} />}
          <div class="two">
            <div>
              <section class="card">
                <div class="head"><h2 class="grow">{say('history')}</h2><Button size="small" kind="quiet" icon="again" onPress={again}>{say('refresh')}</Button></div>
                <div class="body"><History steps={steps} about={about} /></div>
              </section>
            </div>
            <div>
              <Details of={state.case} about={about} />
              {!about.sees_all && <Where door={door} about={about} of={state.case} stamp={stamp} />}
            </div>
          </div>
          {chosen && (
            <Operate door={door} about={about} seen={chosen.seen} offer={chosen.offer} onDone={onDone}
              onSeen={() => void again()} onClose={() => setChosen(null)} />
          )}
        </>
      )}
    </Shown>
  );
}
