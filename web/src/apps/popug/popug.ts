// popug.ts - the task board with money: its views, and who finds the ways to them in his menu.
import { Screens } from '../../app/screens';
import { AccountPage, MyAccountPage } from './account_page';
import { AllPage } from './all_page';
import { AnalyticsPage } from './analytics_page';
import { board } from './board';
import { DrawPage } from './draw_page';
import { DrawsPage } from './draws_page';
import { ItemPage } from './item_page';
import { MyPage } from './my_page';
import { PayoutsPage } from './payouts_page';
import { StartCard } from './start_card';
import { TotalsPage } from './totals_page';
import { say } from './words/say';

const OVERSEES = ['board.shuffle', 'accounts.read', 'analytics.read', 'payments.read'];

export const popug: Screens = {
  name: () => say('app'),
  service: 'board',
  isFor: async (may) => OVERSEES.some(may) || (await board.me()).works_here,
  start: StartCard,
  ways: [
    { to: '/app/popug/my', name: () => say('my_items'), icon: 'check' },
    { to: '/app/popug/board', name: () => say('all_items'), icon: 'board' },
    { to: '/app/popug/shuffles', name: () => say('draws'), icon: 'die' },
    { to: '/app/popug/account', name: () => say('my_account'), icon: 'coin', service: 'accounts' },
    { to: '/app/popug/totals', name: () => say('totals'), icon: 'book', permission: 'accounts.read', service: 'accounts' },
    { to: '/app/popug/payouts', name: () => say('payouts'), icon: 'bank', permission: 'accounts.read', service: 'accounts' },
    { to: '/app/popug/analytics', name: () => say('analytics'), icon: 'bars', permission: 'analytics.read', service: 'accounts' },
  ],
  views: [
    ['/app/popug/my', MyPage],
    ['/app/popug/board', AllPage],
    ['/app/popug/tasks/:id', ItemPage],
    ['/app/popug/shuffles', DrawsPage],
    ['/app/popug/shuffles/:id', DrawPage],
    ['/app/popug/account', MyAccountPage],
    ['/app/popug/accounts/:person', AccountPage],
    ['/app/popug/totals', TotalsPage],
    ['/app/popug/payouts', PayoutsPage],
    ['/app/popug/analytics', AnalyticsPage],
  ],
};
