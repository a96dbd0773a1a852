// actor.tsx - who has done something, as a record says it: by his name, for those who may know it.
import { useName } from '../app/names';
import { say } from '../app/words';

const ID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/;

/** Such as "gateway for 018f...", or nobody. */
export function Actor({ actor }: { actor: string | null }) {
  const person = ID.exec(actor ?? '')?.[0] ?? null;
  return <>{useName(person, actor ?? say('by_itself'))}</>;
}
