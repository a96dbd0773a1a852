// door.ts - the two ways into phoenix, and who has them.
import { DoorName, Step } from '../../app/flow';
import { get, Page, query } from '../../app/api';
import { Door, Session } from '../../app/session';

export const CUSTOMER: DoorName = { kind: 'b2b', workflow: 'phoenix' };
export const STAFF: DoorName = { kind: 'admin', workflow: 'phoenix' };
export const requestAddress = (caseId: string) => `/app/phoenix/queue/${caseId}`;

const PAGES_OF_HISTORY_MAX = 10;

/** His ways through this door; none while they are not known. */
export function doorsOf(session: Session, { kind, workflow }: DoorName): Door[] {
  return (session.doors ?? []).filter((door) => door.kind === kind && door.workflow === workflow);
}

export const isCustomer = (session: Session) => doorsOf(session, CUSTOMER).length > 0;

/** Staff comes in by one door; what each may do there says his role. */
export function isStaff(session: Session, ...roles: string[]): boolean {
  const played = session.profile?.participants ?? [];
  return doorsOf(session, STAFF).length > 0 && roles.some((role) => played.includes(`admin.${role}`));
}

/** Each save of a draft is a step, so that there may be several pages. */
export async function allSteps(door: DoorName, caseId: string, signal?: AbortSignal): Promise<Step[]> {
  const steps: Step[] = [];
  let cursor: string | null = null;
  for (let pages = 0; pages < PAGES_OF_HISTORY_MAX; pages++) {
    const asked: string = query({ limit: 500, cursor });
    const page: Page<Step> = await get<Page<Step>>(`/flow/${door.kind}/${door.workflow}/cases/${caseId}/history${asked}`, signal);
    steps.push(...page.items);
    cursor = page.next;
    if (cursor === null) break;
  }
  return steps;
}

/** Since when a case is where it is now. */
export function sinceWhen(steps: Step[]): string | null {
  const now = steps.at(-1)?.places.join(' ');
  let since: string | null = null;
  for (let i = steps.length - 1; i >= 0 && steps[i]!.places.join(' ') === now; i--) since = steps[i]!.at;
  return since;
}

