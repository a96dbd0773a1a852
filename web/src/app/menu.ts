// menu.ts - where one can go: one list for the side bar, the phone's bar and the palette.
import { IconName } from '../design/icon';
import { Session } from './session';
import { say } from './words';

export interface Way {
  to: string;
  name: () => string;
  icon: IconName;
  permission?: string;
  service?: string; // only where it runs
  isFor?: (session: Session) => boolean; // what permissions do not say
}

/** What stands together under one heading. */
export interface Ways {
  heading: (() => string) | null;
  list: Way[];
}

const WORK: Way[] = [
  { to: '/app/start', name: () => say('start'), icon: 'home' },
  { to: '/app/inbox', name: () => say('inbox'), icon: 'inbox' },
  { to: '/app/cases', name: () => say('cases'), icon: 'cases' },
  { to: '/app/messages', name: () => say('messages'), icon: 'bell', service: 'notifications' },
];

const HOUSE: Way[] = [
  { to: '/app/workflows', name: () => say('workflows'), icon: 'flow', permission: 'workflows.read' },
  { to: '/app/operations', name: () => say('operations'), icon: 'pulse', permission: 'platform.metrics' },
  { to: '/app/schedules', name: () => say('schedules'), icon: 'clock', permission: 'schedules.read' },
  { to: '/app/people', name: () => say('people'), icon: 'people', permission: 'users.read' },
  { to: '/app/audit', name: () => say('audit'), icon: 'shield', permission: 'audit.read', service: 'audit' },
  { to: '/app/templates', name: () => say('templates'), icon: 'mail', permission: 'notifications.templates', service: 'notifications' },
  { to: '/app/programs', name: () => say('programs'), icon: 'key', permission: 'iam.clients', service: 'iam' },
  { to: '/app/webhooks', name: () => say('webhooks'), icon: 'hook', permission: 'webhooks.read', service: 'webhooks' },
  { to: '/app/house', name: () => say('house'), icon: 'grid', permission: 'iam.house', service: 'iam' },
];

function isOpen(session: Session, { permission, service, isFor }: Way): boolean {
  return (!permission || session.may(permission))
    && (!service || session.services.some(({ name }) => name === service))
    && (!isFor || isFor(session));
}

/** His work, that of each app here, the house: only what is open to him. */
export function ways(session: Session): Ways[] {
  const all: Ways[] = [
    { heading: null, list: WORK },
    ...session.screens.map(({ name, ways }) => ({ heading: name, list: ways })),
    { heading: () => say('the_house'), list: HOUSE },
  ];
  return all.map(({ heading, list }) => ({ heading, list: list.filter((way) => isOpen(session, way)) }))
    .filter(({ list }) => list.length > 0);
}

/** The order on a phone, which has room for three: where he begins, his inbox, the first way of an app, the rest. */
export function shortcuts(session: Session): Way[] {
  const all = ways(session).flatMap((group) => group.list);
  const own = session.screens.flatMap((screens) => screens.ways).find((way) => all.includes(way));
  return own ? [...all.slice(0, 2), own, ...all.slice(2).filter((way) => way !== own)] : all;
}

/** How much waits for him, behind all his doors. */
export function waitingCount(session: Session): number {
  return (session.doors ?? []).reduce((sum, door) => sum + door.waiting, 0);
}
