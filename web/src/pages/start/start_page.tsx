// start_page.tsx - where a day begins: what waits for me in each app, what I was told, what is new.
import { Page } from '../../app/api';
import { useSession } from '../../app/session';
import { Title } from '../../app/shell';
import { language, say } from '../../app/words';
import { LinkButton } from '../../design/button';
import { Bones, Empty, Shown } from '../../design/states';
import { SampleNote } from '../house/sample_card';
import { Beginnings } from '../inbox/inbox_page';
import { Version } from '../workflows/workflows_page';
import { CaseEntry } from '../workflows/incidents_page';
import { CasesCard, MessagesCard, Tile, WaitingCard } from './cards';
import { Doors, isSeen, OfService, ofServices, Parts, useParts } from './parts';

const sum = (numbers: number[]) => numbers.reduce((all, one) => all + one, 0);

function Tiles({ parts, waiting, workflows }: { parts: Parts; waiting: OfService<Doors>[]; workflows: OfService<Page<Version>>[] }) {
  const doors = waiting.flatMap(({ part }) => part.data?.doors ?? []);
  const mine = sum(doors.map((door) => door.mine));
  const versions = workflows.flatMap(({ part }) => part.data?.items ?? []);
  return (
    <div class="tiles few">
      <Tile name={say('waits_for_you')} count={sum(doors.map((door) => door.waiting))} more={doors.some((door) => door.waiting_is_minimum)}
        under={mine > 0 ? say('mine_of_these', { count: mine }) : undefined} to="/app/inbox" />
      {parts.unread?.data && <Tile name={say('unread_messages')} count={parts.unread.data.unread} to="/app/messages" />}
      {versions.length > 0 && <Tile name={say('open_cases')} count={sum(versions.map(({ open }) => open ?? 0))} to="/app/workflows" />}
    </div>
  );
}

/** He takes part in nothing yet; an owner can do something about it. */
function Nothing() {
  const { may } = useSession();
  const looksAfter = may('users.create');
  return (
    <div class="card">
      <Empty icon={looksAfter ? 'home' : 'check'} title={say(looksAfter ? 'new_house_title' : 'no_doors_title')}>
        <p>{say(looksAfter ? 'new_house' : 'no_doors')}</p>
        {looksAfter && (
          <div class="row">
            <LinkButton to="/app/people" icon="people">{say('people')}</LinkButton>
            {may('workflows.read') && <LinkButton to="/app/workflows" icon="flow">{say('workflows')}</LinkButton>}
            {may('iam.house') && <LinkButton to="/app/house" icon="grid">{say('house')}</LinkButton>}
          </div>
        )}
      </Empty>
    </div>
  );
}

function Parted({ parts }: { parts: Parts }) {
  const { doors, hidden, screens } = useSession();
  const waiting = ofServices<Doors>(parts, 'waiting_', hidden);
  const workflows = ofServices<Page<Version>>(parts, 'workflows_', hidden);
  const own = screens.flatMap(({ start }) => start ?? []);
  const takesPart = own.length > 0 || waiting.some(({ part }) => part.missing || (part.data?.doors ?? []).length > 0);
  return (
    <>
      <Tiles parts={parts} waiting={waiting} workflows={workflows} />
      <Beginnings doors={doors ?? []} />
      <div class="two">
        <div>
          {!takesPart && <Nothing />}
          {waiting.map((of) => <WaitingCard key={of.service} of={of} />)}
          {own.map((Card, i) => <Card key={i} />)}
        </div>
        <div>
          {isSeen(parts.inbox) && <MessagesCard part={parts.inbox!} />}
          <CasesCard of={ofServices<Page<CaseEntry>>(parts, 'cases_', hidden)} />
        </div>
      </div>
    </>
  );
}

export function StartPage() {
  const { profile } = useSession();
  const loaded = useParts();
  const name = profile?.full_name || profile?.email || '';
  const today = new Intl.DateTimeFormat(language(), { weekday: 'long', day: 'numeric', month: 'long' }).format(new Date());
  return (
    <>
      <Title under={<p class="muted">{today}</p>}>{say('hello', { name })}</Title>
      <SampleNote />
      <Shown of={loaded} bones={<><Bones rows={1} height={76} /><Bones rows={4} height={44} /></>}>
        {(parts) => <Parted parts={parts} />}
      </Shown>
    </>
  );
}
