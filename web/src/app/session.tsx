// session.tsx - who is signed in, what he may do, and which doors are open to him.
import { ComponentChildren, createContext } from 'preact';
import { useCallback, useContext, useEffect, useRef, useState } from 'preact/hooks';
import { get, post, Problem, whenSignedOut } from './api';
import { asProblem, loadRefusedAgain } from './load';
import { Screens } from './screens';
import { closeStreams, reopenStreams } from './stream';
import { Label, language, speak } from './words';

export interface Profile {
  id: string;
  full_name: string | null;
  email: string | null;
  locale: string | null;
  roles: string[];
  participants: string[];
  permissions: string[];
  session_id: string | null;
}

/** One way into one workflow. */
export interface Door {
  service: string;
  kind: string;
  kind_label: Label;
  workflow: string;
  version: number;
  label: Label;
  begins: { operation: string; label: Label }[];
  sees_all: boolean;
  waiting: number;
  waiting_is_minimum: boolean;
  mine: number;
}

export interface House {
  version: string;
  services: { name: string; has_cases: boolean; has_schedules: boolean }[];
}

export interface Session {
  /** locked: his session has ended; what he sees stays until he is back. */
  state: 'asking' | 'set_up' | 'nobody' | 'somebody' | 'locked' | 'unreachable';
  needsCode: boolean; // of a set-up
  profile: Profile | null;
  doors: Door[] | null;
  services: House['services'];
  hidden: string[]; // apps that are not shown
  screens: Screens[]; // of the apps that are for him
  version: string;
  problem: Problem | null;
  may: (permission: string) => boolean;
  look: () => Promise<void>;
  lookAtDoors: () => Promise<void>;
  leave: () => Promise<void>;
}

const Current = createContext<Session | null>(null);

export const useSession = () => useContext(Current)!;

function matches(held: string, wanted: string): boolean {
  return held === '*' || held === wanted || (held.endsWith('.*') && wanted.startsWith(held.slice(0, -1)));
}

const holds = (of: Profile, permission: string) => of.permissions.some((held) => matches(held, permission));

/** What the house has hidden. When nobody can say, nothing is. */
const hiddenHere = () => get<{ hidden: string[] }>('/api/house').then((said) => said.hidden, () => [] as string[]);

/** Of the apps that run here, those that are for him. */
async function screensFor(apps: Screens[], services: House['services'], who: Profile): Promise<Screens[]> {
  const running = apps.filter(({ service }) => !service || services.some(({ name }) => name === service));
  const answers = await Promise.all(running.map(({ isFor }) => isFor?.((permission) => holds(who, permission)).catch(() => false) ?? true));
  return running.filter((_, i) => answers[i]);
}

export function Signed({ apps, children }: { apps: Screens[]; children: ComponentChildren }) {
  const [state, setState] = useState<Session['state']>('asking');
  const [profile, setProfile] = useState<Profile | null>(null);
  const [house, setHouse] = useState<House>({ version: '', services: [] });
  const [doors, setDoors] = useState<Door[] | null>(null);
  const [hidden, setHidden] = useState<string[]>([]);
  const [shown, setShown] = useState<House['services']>([]);
  const [screens, setScreens] = useState<Screens[]>([]);
  const [needsCode, setNeedsCode] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const before = useRef<string | null>(null);

  const readDoors = useCallback(async (services: House['services']) => {
    const found = await Promise.all(services.filter(({ has_cases }) => has_cases).map(async ({ name }) => {
      const said = await get<{ doors: Omit<Door, 'service'>[] }>(`/api/doors/${name}`);
      return said.doors.map((door) => ({ ...door, service: name }));
    }));
    setDoors(found.flat());
  }, []);

  const look = useCallback(async () => {
    try {
      const setup = await get<{ needed: boolean; code_needed: boolean }>('/api/setup');
      if (setup.needed) {
        setNeedsCode(setup.code_needed);
        setState('set_up');
        return;
      }
      const who = await get<Profile>('/api/profile');
      const found = await get<House>('/web.json');
      const hides = await hiddenHere();
      const left = found.services.filter(({ name }) => !hides.includes(name));
      if (who.locale && !localStorage.getItem('kontora.language') && (who.locale === 'ru' || who.locale === 'en')) {
        if (who.locale !== language()) speak(who.locale);
      }
      if (before.current !== null && before.current !== who.id) location.assign('/app/start'); // another person
      before.current = who.id;
      setProfile(who);
      setHouse(found);
      setHidden(hides);
      setShown(left);
      setState('somebody');
      loadRefusedAgain();
      reopenStreams();
      void readDoors(left).catch(() => setDoors([]));
      void screensFor(apps, left, who).then(setScreens);
    } catch (error) {
      const trouble = asProblem(error);
      setProblem(trouble);
      const isRefused = trouble.status === 401 || trouble.status === 403;
      setState((now) => (now === 'locked' ? now : isRefused ? 'nobody' : 'unreachable'));
    }
  }, [readDoors]);

  const leave = useCallback(async () => {
    await post('/api/logout');
    closeStreams();
    before.current = null;
    setProfile(null);
    setDoors(null);
    setScreens([]);
    setState('nobody');
  }, []);

  useEffect(() => {
    whenSignedOut(() => {
      closeStreams();
      setState((now) => (now === 'somebody' ? 'locked' : now));
    });
    void look();
  }, [look]);

  const session: Session = {
    state, needsCode, profile, doors, screens, problem, look, leave,
    services: house.services,
    hidden,
    version: house.version,
    may: (permission) => profile !== null && holds(profile, permission),
    lookAtDoors: () => readDoors(shown).catch(() => {}),
  };
  return <Current.Provider value={session}>{children}</Current.Provider>;
}
