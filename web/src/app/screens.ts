// screens.ts - what an app adds to the client: its own views, and the ways to them.
import { ComponentType } from 'preact';
import { DoorName } from './flow';
import { Way } from './menu';
import { Session } from './session';

/** Parts of the address that begin with ':' become properties of the view. */
export type View = [path: string, view: ComponentType<any>];

export interface Screens {
  name: () => string; // the heading over its ways
  ways: Way[];
  views: View[]; // below /app/NAME/
  open?: View[]; // the same for whoever comes, signed in or not; without the frame
  /** Where one of its cases is shown to him, and begun; null: on the page of any case. */
  caseAt?: (session: Session, door: DoorName, caseId: string) => string | null;
  beginAt?: (session: Session, door: DoorName, operation: string) => string | null;
  start?: ComponentType; // a card on the first page: what waits for him where there are no cases
  service?: string; // only where it runs
  isFor?: (may: (permission: string) => boolean) => Promise<boolean>; // asked of who has come in
}
