// addresses.ts - where a case is shown, and where one is begun: on the screens of an app that has some for it.
import { caseAddress, DoorName } from './flow';
import { Session } from './session';

export function addressOf(session: Session, door: DoorName, caseId: string): string {
  for (const { caseAt } of session.screens) {
    const own = caseAt?.(session, door, caseId);
    if (own) return own;
  }
  return caseAddress(door, caseId);
}

export function beginningOf(session: Session, door: DoorName, operation: string): string {
  for (const { beginAt } of session.screens) {
    const own = beginAt?.(session, door, operation);
    if (own) return own;
  }
  return `/app/cases/${door.kind}/${door.workflow}/new/${operation}`;
}
