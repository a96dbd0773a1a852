// request_page.tsx - the customer's own request: begun, filled in, waited for, ended; live.
import { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { get, Problem } from '../../../app/api';
import { About, caseAddress, flow, Offer, State, Step } from '../../../app/flow';
import { useChanges } from '../../../app/live';
import { asProblem, useLoad } from '../../../app/load';
import { useSession } from '../../../app/session';
import { Title } from '../../../app/shell';
import { tellProblem } from '../../../app/troubles';
import { ago, moment } from '../../../app/words';
import { Button } from '../../../design/button';
import { Dialog } from '../../../design/dialog';
import { Icon, IconName } from '../../../design/icon';
import { Bones, Empty, Note, Shown, Trouble } from '../../../design/states';
import { toast } from '../../../design/toast';
import { Operate, untilDone } from '../../../pages/case/operate';
import { allSteps, CUSTOMER, doorsOf, sinceWhen } from '../door';
import { tell, timeOf } from '../words';
import { Rating } from './rating';
import { Sent } from './sent';
import { halfOfCase } from './steps';
import { Wizard } from './wizard';

interface Seen {
  about: About;
  state: State; // of the open one, or of the last one that has ended
  begin: Offer | null;
  steps: Step[];
}

const SLOW = ['provisioning', 'moderation']; // where it matters since when

async function lookAt(signal: AbortSignal): Promise<Seen> {
  const own = await flow.state(CUSTOMER, undefined, undefined, signal);
  const begin = own.new_operations.find(({ operation, token }) => operation === 'start' && token) ?? null;
  const ended = own.case ? undefined : (await flow.cases(CUSTOMER, { mine: true, open: false, order: 'newest', limit: 1 }, signal)).items[0];
  const state = ended ? await flow.state(CUSTOMER, ended.case_id, undefined, signal) : own;
  const isSlow = state.case?.places.some(({ name }) => SLOW.includes(name));
  const [about, steps] = await Promise.all([
    flow.about(CUSTOMER, state.case?.version),
    isSlow ? allSteps(CUSTOMER, state.case!.case_id, signal) : [],
  ]);
  return { about, state, begin, steps };
}

function Begin({ offer, children, again }: { offer: Offer | null; children: string; again: () => Promise<void> }) {
  const [problem, setProblem] = useState<Problem | null>(null);
  const begin = async () => {
    try {
      await untilDone(CUSTOMER, await flow.operate(CUSTOMER, offer!, {}));
    } catch (error) {
      setProblem(asProblem(error));
    }
    await again();
  };
  if (!offer) return null;
  return <div class="stack">{problem && <Trouble problem={problem} />}<div class="row centre"><Button kind="main" onPress={begin}>{children}</Button></div></div>;
}

function Welcome({ offer, again }: { offer: Offer | null; again: () => Promise<void> }) {
  return (
    <section class="card wizard">
      <div class="body stack welcome">
        <h2>{tell('welcome_title')}</h2>
        <p>{tell('welcome_about')}</p>
        <ul class="needs">
          {(['need_company', 'need_bank', 'need_contact'] as const).map((need) => <li key={need}><Icon name="check" />{tell(need)}</li>)}
        </ul>
        <p class="muted small">{tell('welcome_saved')}</p>
        <Begin offer={offer} again={again}>{tell('begin')}</Begin>
      </div>
    </section>
  );
}

/** A large word about where the request is, and what comes next. */
function Word({ icon, tone, title, children }: { icon: IconName; tone: 'accent' | 'good' | 'bad' | 'muted'; title: string; children: ComponentChildren }) {
  return (
    <section class={`card wizard word ${tone}`} aria-live="polite">
      <span class="picture"><Icon name={icon} /></span>
      <div class="stack-2"><h2>{title}</h2>{children}</div>
    </section>
  );
}

function Since({ at }: { at: string | null }) {
  if (!at) return null;
  return <p class="since"><time dateTime={at} title={moment(at)}>{tell('since', { when: timeOf(at), ago: ago(at) })}</time></p>;
}

function Folded({ about, state }: { about: About; state: State }) {
  return (
    <details class="card wizard folded">
      <summary>{tell('what_was_sent')}</summary>
      <div class="body"><Sent about={about} of={state.case!} /></div>
    </details>
  );
}

function Outcome({ about, state, begin, again }: Seen & { again: () => Promise<void> }) {
  const { forms, places, closed_at: closedAt } = state.case!;
  const ended = closedAt ? <p class="since">{tell('ended', { when: moment(closedAt) })}</p> : null;
  switch (places[0]?.name) {
    case 'completed':
      return (
        <>
          <Word icon="check" tone="good" title={tell('completed_title')}>
            <p>{tell('completed_about', { company: forms.company_name ?? '' })}</p>
            {forms.corp_client_id && <p class="muted small">{tell('client_number')} <code>{forms.corp_client_id}</code></p>}
            {ended}
          </Word>
          <Folded about={about} state={state} />
        </>
      );
    case 'rejected':
      return (
        <>
          <Word icon="cross" tone="bad" title={tell('rejected_title')}>
            {forms.reject_reason ? <blockquote>{forms.reject_reason}</blockquote> : <p>{tell('rejected_about')}</p>}
            {ended}
          </Word>
          <Begin offer={begin} again={again}>{tell('begin_again')}</Begin>
          <Folded about={about} state={state} />
        </>
      );
    default:
      return (
        <>
          <Word icon="info" tone="muted" title={tell('abandoned_title')}><p>{tell('abandoned_about')}</p>{ended}</Word>
          <Begin offer={begin} again={again}>{tell('begin_again')}</Begin>
        </>
      );
  }
}

function Waiting({ about, state, steps }: Seen) {
  const isModerated = state.case!.places.some(({ name }) => name === 'moderation');
  const since = (isModerated ? state.case!.forms.submitted_at : null) ?? sinceWhen(steps);
  return (
    <>
      <Word icon={isModerated ? 'people' : 'gear'} tone="accent" title={tell(isModerated ? 'moderation_title' : 'provisioning_title')}>
        <Since at={since} />
        <p>{tell(isModerated ? 'moderation_about' : 'provisioning_about')}</p>
      </Word>
      <Folded about={about} state={state} />
    </>
  );
}

/** A link that shows where the request stands and nothing else, for a colleague or a bookkeeper. */
function Share({ caseId }: { caseId: string }) {
  const [link, setLink] = useState<string | null>(null);
  const ask = async () => {
    try {
      setLink((await get<{ link: string }>(`/api/phoenix/requests/${caseId}/status_link`)).link);
    } catch (error) {
      toast(tellProblem(asProblem(error)).title);
    }
  };
  const whole = link?.startsWith('http') ? link : location.origin + link;
  return (
    <>
      <button type="button" class="link" onClick={ask}>{tell('share')}</button>
      {link !== null && (
        <Dialog title={tell('share_title')} onClose={() => setLink(null)}>
          <div class="stack"><p>{tell('share_about')}</p><p><code class="secret">{whole}</code></p></div>
        </Dialog>
      )}
    </>
  );
}

/** What stands below every page: how the support is, and a way out. */
function Below({ about, state, again }: { about: About; state: State; again: () => Promise<void> }) {
  const [isLeaving, setLeaving] = useState(false);
  const offer = (name: string) => state.new_operations.find(({ operation, token }) => operation === name && token);
  const rate = offer('rate_support');
  const cancel = offer('cancel');
  return (
    <>
      {rate && <Rating offer={rate} given={state.case!.forms.support_rating ?? 0} again={again} />}
      <p class="wizard row small centre">
        <a href={caseAddress(CUSTOMER, state.case!.case_id)}>{tell('whole_history')}</a>
        <Share caseId={state.case!.case_id} />
        {cancel && <button type="button" class="link" onClick={() => setLeaving(true)}>{tell('cancel_request')}</button>}
      </p>
      {isLeaving && cancel && (
        <Operate door={CUSTOMER} about={about} seen={state} offer={cancel} onClose={() => setLeaving(false)} onSeen={() => void again()}
          onDone={() => { setLeaving(false); void again(); }} />
      )}
    </>
  );
}

export function RequestPage() {
  const session = useSession();
  const loaded = useLoad(lookAt, []);
  const [stamp, setStamp] = useState(0);
  const again = async () => {
    await loaded.again();
    setStamp((now) => now + 1);
  };
  useChanges(doorsOf(session, CUSTOMER), () => void again());
  const body = (seen: Seen) => {
    const { state, about, begin } = seen;
    if (!state.case) return <Welcome offer={begin} again={again} />;
    if (state.case.closed_at) return <Outcome {...seen} again={again} />;
    if (!halfOfCase(state.case)) return <Waiting {...seen} />;
    const returned = state.case.forms.return_reason;
    return (
      <Wizard key={state.case.case_id} about={about} state={state} onMoved={again} stamp={stamp}
        above={returned && <div class="wizard"><Note tone="warn"><strong>{tell('returned_title')}</strong><p class="said">{returned}</p></Note></div>} />
    );
  };
  return (
    <div class="calm">
      <Title under={loaded.value?.state.case?.forms.company_name ? <span class="muted">{loaded.value.state.case.forms.company_name}</span> : undefined}>{tell('request_title')}</Title>
      {session.doors !== null && doorsOf(session, CUSTOMER).length === 0 ? (
        <div class="card"><Empty icon="cases" title={tell('no_customer_title')}><p>{tell('no_customer')}</p></Empty></div>
      ) : (
        <Shown of={loaded} bones={<div class="card wizard"><div class="body"><Bones rows={6} height={36} /></div></div>}>
          {(seen) => <>{body(seen)}{seen.state.case && <Below about={seen.about} state={seen.state} again={again} />}</>}
        </Shown>
      )}
    </div>
  );
}
