// phoenix.ts - the screens of phoenix, and the ways to them.
import { Screens } from '../../app/screens';
import { isCustomer } from './door';
import { RequestPage } from './wizard/request_page';
import { tell } from './words';

export const phoenix: Screens = {
  name: () => tell('way'),
  service: 'phoenix',
  ways: [
    { to: '/app/phoenix/request', name: () => tell('request'), icon: 'cases', isFor: isCustomer },
  ],
  views: [
    ['/app/phoenix/request', RequestPage],
  ],
};
