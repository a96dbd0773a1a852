// check_page.tsx - one request before a moderator: what was submitted on one side; what is to be said of
// it, and how often it was here before, on the other. Decided by buttons or by keys; live.
import { useEffect, useRef, useState } from 'preact/hooks';
import { About, CaseShown, Done, flow, Offer, State, Step } from '../../../app/flow';
import { useKeys } from '../../../app/keys';
import { useChanges } from '../../../app/live';
import { asProblem, useLoad } from '../../../app/load';
import { useName } from '../../../app/names';
import { go } from '../../../app/router';
import { useSession } from '../../../app/session';
import { Title } from '../../../app/shell';
import { tellProblem } from '../../../app/troubles';
import { label, moment } from '../../../app/words';
import { Button } from '../../../design/button';
import { Badge, Bones, Empty, Shown, Trouble } from '../../../design/states';
import { toast } from '../../../design/toast';
import { History } from '../../../pages/case/history';
import { reasonText } from '../../../pages/case/offers';
import { Operate } from '../../../pages/case/operate';
import { allSteps, doorsOf, isStaff, requestAddress, STAFF } from '../door';
import { lasting, tell } from '../words';
import { attemptsOf, foldSaves } from './attempts';
import { Attempts, Checks, Remarks, Submitted, Twins } from './check_cards';
import { waitingSince } from './queue_page';

interface Seen {
  about: About;
  state: State;
  steps: Step[];
  twins: CaseShown[]; // others of the same INN
}

const TWINS_MAX = 5;

async function twinsOf(about: About, state: State, signal: AbortSignal): Promise<CaseShown[]> {
  const inn = state.case?.forms.inn;
  if (!inn || !about.found_by.includes('inn')) return [];
  const page = await flow.cases(STAFF, { by: 'inn', value: inn, order: 'newest', limit: TWINS_MAX + 1 }, signal);
  return page.items.filter(({ case_id: id }) => id !== state.case!.case_id).slice(0, TWINS_MAX);
}

async function lookAt(caseId: string, signal: AbortSignal): Promise<Seen> {
  const state = await flow.state(STAFF, caseId, undefined, signal);
  const [about, steps] = await Promise.all([flow.about(STAFF, state.case?.version), allSteps(STAFF, caseId, signal)]);
  return { about, state, steps, twins: await twinsOf(about, state, signal) };
}

const KEYS: Record<string, string> = { approve: 'A', return_for_changes: 'R', reject: 'X', claim: 'T', release: 'T' };
const KINDS: Record<string, 'main' | 'danger' | 'quiet'> = { approve: 'main', reject: 'danger', claim: 'quiet', release: 'quiet' };
const ORDER = ['approve', 'return_for_changes', 'reject'];

/** What can be done stays in sight while one reads. What nobody may do at this point is left out. */
function Decide({ offers, onChoose, onNext }: { offers: Offer[]; onChoose: (offer: Offer) => void; onNext: (() => unknown) | null }) {
  const rank = ({ operation }: Offer) => (ORDER.indexOf(operation) + 1) || ORDER.length + 1;
  const shownOffers = offers.filter(({ token, disable_reason: why, operation }) => token || (ORDER.includes(operation) && why?.code === 'condition'))
    .sort((one, other) => rank(one) - rank(other));
  const why = shownOffers.find(({ token }) => !token);
  return (
    <section class="decide" aria-label={tell('decide')}>
      <div class="row">
        {shownOffers.map((offer) => (
          <Button key={offer.operation} kind={KINDS[offer.operation]} disabledBy={offer.token ? undefined : reasonText(offer) ?? ''} onPress={() => onChoose(offer)}>
            {label(offer.label, offer.operation)}{KEYS[offer.operation] && <kbd class="key" aria-hidden="true">{KEYS[offer.operation]}</kbd>}
          </Button>
        ))}
        {why && <span class="small muted">{reasonText(why)}</span>}
        {onNext && <span class="row-end"><Button kind="quiet" onPress={onNext}>{tell('next_request')}<kbd class="key" aria-hidden="true">N</kbd></Button></span>}
      </div>
    </section>
  );
}

function Under({ state }: { state: State }) {
  const { places, forms, closed_at: closedAt } = state.case!;
  const moderator = useName(forms.moderator_id ?? null, tell('somebody'));
  const isWaiting = places.some(({ name }) => name === 'moderation');
  const since = waitingSince(state.case!);
  return (
    <div class="row">
      {places.map((place) => <Badge key={place.name} tone={closedAt ? undefined : 'accent'}><span class="dot" />{label(place.label, place.name)}</Badge>)}
      {forms.attempts > 1 && <Badge tone="warn">{tell('attempt', { count: forms.attempts })}</Badge>}
      {isWaiting && <span class="small muted" title={moment(since)}>{tell('waits_for', { time: lasting(Math.max(0, (Date.now() - new Date(since).getTime()) / 1000)) })}</span>}
      {forms.moderator_id && <span class="small muted">{tell('looked_at', { name: moderator })}</span>}
    </div>
  );
}

/** The one that has waited longest and that no colleague looks at. */
async function nextAfter(caseId: string, me: string | undefined): Promise<void> {
  try {
    const page = await flow.cases(STAFF, { place: 'moderation', order: 'oldest', limit: 100 });
    const next = page.items.filter(({ case_id: id, forms }) => id !== caseId && (forms.moderator_id == null || forms.moderator_id === me))
      .sort((one, other) => waitingSince(one).localeCompare(waitingSince(other)))[0];
    if (next) go(requestAddress(next.case_id));
    else {
      toast(tell('no_next'));
      go('/app/phoenix/queue');
    }
  } catch (error) {
    toast(tellProblem(asProblem(error)).title);
  }
}

export function CheckPage({ case_id: caseId }: Record<string, string>) {
  const session = useSession();
  const loaded = useLoad((signal) => lookAt(caseId!, signal), [caseId]);
  const [chosen, setChosen] = useState<{ offer: Offer; seen: State } | null>(null);
  useChanges(doorsOf(session, STAFF), () => void loaded.again());
  const seen = useRef<Seen | undefined>(undefined);
  useEffect(() => {
    seen.current = loaded.value;
  }, [loaded.value]);
  const choose = (...names: string[]) => {
    const offer = seen.current?.state.new_operations.find(({ operation, token }) => token && names.includes(operation));
    if (offer) setChosen({ offer, seen: seen.current!.state });
  };
  const isModerator = isStaff(session, 'moderator');
  const next = () => nextAfter(caseId!, session.profile?.id);
  useKeys({
    a: () => choose('approve'), r: () => choose('return_for_changes'), x: () => choose('reject'), t: () => choose('claim', 'release'),
    n: () => void (isModerator && next()),
  });
  const onDone = (done: Done) => {
    setChosen(null);
    toast(done.status === 'failed' ? done.fail_reason?.message ?? tell('failed') : tell('done'));
    void loaded.again();
    void session.lookAtDoors();
  };
  if (loaded.problem && !loaded.value) {
    return <><Title back={tell('queue')} backTo="/app/phoenix/queue">{tell('request_one')}</Title><Trouble problem={loaded.problem} again={loaded.again} /></>;
  }
  return (
    <Shown of={loaded} bones={<Bones rows={8} height={28} />}>
      {({ about, state, steps, twins }) => {
        if (!state.case) return <Empty icon="cases" title={tell('request_one')} />;
        const attempts = attemptsOf(steps);
        return (
          <>
            <Title back={tell('queue')} backTo="/app/phoenix/queue" under={<Under state={state} />}>{state.case.forms.company_name || tell('no_name')}</Title>
            <Decide offers={state.new_operations} onChoose={(offer) => setChosen({ offer, seen: state })} onNext={isModerator ? next : null} />
            <div class="side-by-side">
              <div><Submitted about={about} of={state.case} attempts={attempts} /></div>
              <div>
                <Checks about={about} forms={state.case.forms} />
                <Twins of={twins} />
                <Remarks about={about} forms={state.case.forms} />
                <Attempts about={about} attempts={attempts} />
                <details class="card folded">
                  <summary>{tell('history')}</summary>
                  <div class="body"><History steps={foldSaves(steps)} about={about} /></div>
                </details>
              </div>
            </div>
            {chosen && (
              <Operate door={STAFF} about={about} seen={chosen.seen} offer={chosen.offer} onDone={onDone} onSeen={() => void loaded.again()} onClose={() => setChosen(null)} />
            )}
          </>
        );
      }}
    </Shown>
  );
}
