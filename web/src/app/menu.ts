// menu.ts - where one can go: one list for the side bar, the phone's bar and the palette.
import { IconName } from '../design/icon';
import { Session } from './session';
import { Key } from './words';

export interface Way {
  to: string;
  name: Key;
  icon: IconName;
  group: 'work' | 'house';
  permission?: string;
  service?: string; // only where it runs
}

const WAYS: Way[] = [
  { to: '/app/inbox', name: 'inbox', icon: 'inbox', group: 'work' },
  { to: '/app/cases', name: 'cases', icon: 'cases', group: 'work' },
  { to: '/app/messages', name: 'messages', icon: 'bell', group: 'work', service: 'notifications' },
  { to: '/app/workflows', name: 'workflows', icon: 'flow', group: 'house', permission: 'workflows.read' },
  { to: '/app/operations', name: 'operations', icon: 'pulse', group: 'house', permission: 'platform.metrics' },
  { to: '/app/people', name: 'people', icon: 'people', group: 'house', permission: 'users.read' },
  { to: '/app/audit', name: 'audit', icon: 'shield', group: 'house', permission: 'audit.read', service: 'audit' },
  { to: '/app/templates', name: 'templates', icon: 'mail', group: 'house', permission: 'notifications.templates', service: 'notifications' },
];

export function ways(session: Session): Way[] {
  return WAYS.filter(({ permission, service }) =>
    (!permission || session.may(permission)) && (!service || session.services.some(({ name }) => name === service)));
}

/** How much waits for him, behind all his doors. */
export function waitingCount(session: Session): number {
  return (session.doors ?? []).reduce((sum, door) => sum + door.waiting, 0);
}
