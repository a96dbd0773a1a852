// app.tsx - which view stands at which address.
import { useEffect, useState } from 'preact/hooks';
import { apps } from '../apps/apps';
import { Bones, Empty, Trouble } from '../design/states';
import { AuditPage } from '../pages/audit/audit_page';
import { CasePage } from '../pages/case/case_page';
import { ViewAsPage } from '../pages/case/view_as_page';
import { DoorsPage } from '../pages/cases/doors_page';
import { ListPage } from '../pages/cases/list_page';
import { NewPage } from '../pages/cases/new_page';
import { HousePage } from '../pages/house/house_page';
import { InboxPage } from '../pages/inbox/inbox_page';
import { MessagesPage } from '../pages/messages/messages_page';
import { OperationsPage } from '../pages/operations/operations_page';
import { PeoplePage } from '../pages/people/people_page';
import { PersonPage } from '../pages/people/person_page';
import { RolesPage } from '../pages/people/roles_page';
import { ProfilePage } from '../pages/profile/profile_page';
import { ProgramsPage } from '../pages/programs/programs_page';
import { SchedulesPage } from '../pages/schedules/schedules_page';
import { InvitationPage } from '../pages/sign_in/invitation_page';
import { SetUpPage } from '../pages/sign_in/set_up_page';
import { SignInAgain, SignInPage } from '../pages/sign_in/sign_in_page';
import { StartPage } from '../pages/start/start_page';
import { TemplatesPage } from '../pages/templates/templates_page';
import { WebhookPage } from '../pages/webhooks/webhook_page';
import { WebhooksPage } from '../pages/webhooks/webhooks_page';
import { CheckPage } from '../pages/workflows/check_page';
import { IncidentsPage } from '../pages/workflows/incidents_page';
import { MendPage } from '../pages/workflows/mend_page';
import { WorkflowPage } from '../pages/workflows/workflow_page';
import { WorkflowsPage } from '../pages/workflows/workflows_page';
import { followLinks, go, match, usePlace } from './router';
import { View } from './screens';
import { Signed, useSession } from './session';
import { Shell, Title } from './shell';
import { say, whenLanguageChanges } from './words';

const VIEWS: View[] = [
  ['/app/start', StartPage],
  ['/app/inbox', InboxPage],
  ['/app/cases', DoorsPage],
  ['/app/cases/:kind/:workflow', ListPage],
  ['/app/cases/:kind/:workflow/new/:operation', NewPage],
  ['/app/cases/:kind/:workflow/:case_id', CasePage],
  ['/app/audit', AuditPage],
  ['/app/messages', MessagesPage],
  ['/app/templates', TemplatesPage],
  ['/app/workflows', WorkflowsPage],
  ['/app/workflows/check', CheckPage],
  ['/app/workflows/incidents', IncidentsPage],
  ['/app/workflows/:service/:workflow', WorkflowPage],
  ['/app/mend/:service/:case_id', MendPage],
  ['/app/view/:service/:case_id', ViewAsPage],
  ['/app/operations', OperationsPage],
  ['/app/people', PeoplePage],
  ['/app/people/roles', RolesPage],
  ['/app/people/:id', PersonPage],
  ['/app/profile', ProfilePage],
  ['/app/programs', ProgramsPage],
  ['/app/schedules', SchedulesPage],
  ['/app/house', HousePage],
  ['/app/webhooks', WebhooksPage],
  ['/app/webhooks/:id', WebhookPage],
  ...apps.flatMap(({ views }) => views),
];

function NotFound() {
  return (
    <>
      <Title>{say('missing_title')}</Title>
      <div class="card"><Empty icon="search" title={say('missing_title')}><p>{say('missing_advice')}</p><a class="button" href="/app/start">{say('to_start')}</a></Empty></div>
    </>
  );
}

const OPEN: View[] = apps.flatMap(({ open }) => open ?? []);

function viewAt(path: string, views: View[]) {
  for (const [pattern, Component] of views) {
    const found = match(pattern, path);
    if (found) return <Component key={path} {...found} />;
  }
  return null;
}

const Shown = ({ path }: { path: string }) => viewAt(path, VIEWS) ?? <NotFound />;

function Views() {
  const session = useSession();
  const { path } = usePlace();
  const isRoot = path === '/' || path === '/app' || path === '/app/';
  useEffect(() => {
    if (session.state === 'somebody' && isRoot) go('/app/start', 'replace');
  }, [session.state, isRoot]);
  if (path === '/app/invitation' && session.state !== 'asking') return <InvitationPage />;
  const open = viewAt(path, OPEN);
  if (open && session.state !== 'asking' && session.state !== 'set_up') return open;
  switch (session.state) {
    case 'asking': return <main class="gate"><div class="card"><div class="inside"><Bones /></div></div></main>;
    case 'unreachable': return <main class="gate"><div class="card"><div class="inside"><Trouble problem={session.problem!} again={session.look} /></div></div></main>;
    case 'set_up': return <SetUpPage />;
    case 'nobody': return <SignInPage />;
    case 'locked':
    case 'somebody':
      return (
        <>
          <Shell>{isRoot ? null : <Shown path={path} />}</Shell>
          {session.state === 'locked' && <SignInAgain />}
        </>
      );
  }
}

export function App() {
  const [, redraw] = useState(0);
  useEffect(() => whenLanguageChanges(() => redraw((count) => count + 1)), []);
  useEffect(() => {
    document.addEventListener('click', followLinks);
    return () => document.removeEventListener('click', followLinks);
  }, []);
  return <Signed apps={apps}><Views /></Signed>;
}
