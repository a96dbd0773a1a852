// phoenix.ts - the screens of phoenix, and the ways to them.
import { Screens } from '../../app/screens';
import { isCustomer, isStaff } from './door';
import { CheckPage } from './queue/check_page';
import { QueuePage } from './queue/queue_page';
import { RequestPage } from './wizard/request_page';
import { tell } from './words';

export const phoenix: Screens = {
  name: () => tell('way'),
  service: 'phoenix',
  ways: [
    { to: '/app/phoenix/request', name: () => tell('request'), icon: 'cases', isFor: isCustomer },
    { to: '/app/phoenix/queue', name: () => tell('queue'), icon: 'shield', isFor: (session) => isStaff(session, 'moderator', 'support', 'supervisor') },
  ],
  views: [
    ['/app/phoenix/request', RequestPage],
    ['/app/phoenix/queue', QueuePage],
    ['/app/phoenix/queue/:case_id', CheckPage],
  ],
};
