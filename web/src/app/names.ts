// names.ts - who a person is, for those who may know; asked for once.
import { useEffect, useState } from 'preact/hooks';
import { get } from './api';
import { useSession } from './session';
import { say } from './words';

const known = new Map<string, Promise<string | null>>();

function ask(id: string): Promise<string | null> {
  const asked = known.get(id) ?? get<{ full_name: string | null; email: string | null }>(`/api/users/${id}`)
    .then((person) => person.full_name ?? person.email, () => null);
  known.set(id, asked);
  return asked;
}

/** "you", a name, or what he is called instead. */
export function useName(id: string | null, otherwise: string): string {
  const session = useSession();
  const [name, setName] = useState<string | null>(null);
  const isMe = id !== null && id === session.profile?.id;
  const may = session.may('users.read');
  useEffect(() => {
    let isWanted = true;
    if (id && !isMe && may) void ask(id).then((found) => isWanted && setName(found));
    return () => {
      isWanted = false;
    };
  }, [id, isMe, may]);
  return isMe ? say('you') : name ?? otherwise;
}
