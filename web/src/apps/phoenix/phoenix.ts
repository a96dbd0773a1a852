// phoenix.ts - the screens of phoenix, and the ways to them.
import { Screens } from '../../app/screens';
import { BeginPage } from './begin/begin_page';
import { CUSTOMER, doorsOf, isCustomer, isStaff, STAFF } from './door';
import { FunnelPage } from './funnel/funnel_page';
import { GuestPage } from './open/guest_page';
import { StatusPage } from './open/status_page';
import { CheckPage } from './queue/check_page';
import { QueuePage } from './queue/queue_page';
import { RequestPage } from './wizard/request_page';
import { tell } from './words';

const READERS = ['moderator', 'support', 'supervisor']; // who looks at requests of others

export const phoenix: Screens = {
  name: () => tell('way'),
  service: 'phoenix',
  ways: [
    { to: '/app/phoenix/request', name: () => tell('request'), icon: 'cases', isFor: isCustomer },
    { to: '/app/phoenix/queue', name: () => tell('queue'), icon: 'shield', isFor: (session) => isStaff(session, ...READERS) },
    { to: '/app/phoenix/start', name: () => tell('start'), icon: 'plus', isFor: (session) => isStaff(session, 'telemarketing', 'supervisor') },
    { to: '/app/phoenix/funnel', name: () => tell('funnel'), icon: 'bars', permission: 'phoenix.funnel', isFor: (session) => doorsOf(session, STAFF).length > 0 },
  ],
  caseAt: (session, { kind, workflow }, caseId) => {
    if (workflow !== CUSTOMER.workflow) return null;
    if (kind === CUSTOMER.kind) return '/app/phoenix/request';
    return kind === STAFF.kind && isStaff(session, ...READERS) ? `/app/phoenix/queue/${caseId}` : null;
  },
  beginAt: (_, { kind, workflow }, operation) => {
    if (workflow !== CUSTOMER.workflow) return null;
    if (kind === CUSTOMER.kind && operation === 'start') return '/app/phoenix/request';
    return kind === STAFF.kind && operation === 'start_for_customer' ? '/app/phoenix/start' : null;
  },
  open: [
    ['/app/phoenix/begin', GuestPage],
    ['/app/phoenix/status', StatusPage],
  ],
  views: [
    ['/app/phoenix/request', RequestPage],
    ['/app/phoenix/queue', QueuePage],
    ['/app/phoenix/queue/:case_id', CheckPage],
    ['/app/phoenix/start', BeginPage],
    ['/app/phoenix/funnel', FunnelPage],
  ],
};
