// palette.tsx - Ctrl-K: everything one can reach or begin, by its name.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { Icon, IconName } from '../design/icon';
import { beginningOf } from './addresses';
import { ways } from './menu';
import { go } from './router';
import { Session, useSession } from './session';
import { chooseTheme, isDark } from './theme';
import { label, language, say, speak } from './words';

interface Entry {
  id: string;
  text: string;
  about: string;
  icon: IconName;
  act: () => void;
}

function entriesOf(session: Session): Entry[] {
  const places = ways(session).flatMap(({ list }) => list).map((way) => ({
    id: way.to, text: way.name(), about: say('go_there'), icon: way.icon, act: () => go(way.to),
  }));
  const beginnings = (session.doors ?? []).flatMap((door) => door.begins.map((begin) => ({
    id: `${door.kind}/${door.workflow}/${begin.operation}`,
    text: label(begin.label, begin.operation),
    about: label(door.label, door.workflow),
    icon: 'plus' as const,
    act: () => go(beginningOf(session, door, begin.operation)),
  })));
  const lists = (session.doors ?? []).map((door) => ({
    id: `${door.kind}/${door.workflow}`,
    text: label(door.label, door.workflow),
    about: say('as_kind', { kind: label(door.kind_label, door.kind) }),
    icon: 'cases' as const,
    act: () => go(`/app/cases/${door.kind}/${door.workflow}`),
  }));
  const own: Entry[] = [
    { id: 'profile', text: say('profile'), about: say('go_there'), icon: 'gear', act: () => go('/app/profile') },
    { id: 'theme', text: say(isDark() ? 'be_light' : 'be_dark'), about: say('theme'), icon: isDark() ? 'sun' : 'moon', act: () => chooseTheme(isDark() ? 'light' : 'dark') },
    { id: 'language', text: language() === 'ru' ? 'English' : 'Русский', about: say('language'), icon: 'gear', act: () => speak(language() === 'ru' ? 'en' : 'ru') },
    { id: 'leave', text: say('sign_out'), about: '', icon: 'out', act: () => void session.leave() },
  ];
  return [...places, ...beginnings, ...lists, ...own];
}

/** A case is found by its id alone, wherever it was copied from. */
function found(entries: Entry[], wanted: string): Entry[] {
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
  return entries.filter(({ text, about }) => words.every((word) => `${text} ${about}`.toLowerCase().includes(word)));
}

export function Palette({ onClose }: { onClose: () => void }) {
  const session = useSession();
  const dialog = useRef<HTMLDialogElement>(null);
  const [wanted, setWanted] = useState('');
  const [at, setAt] = useState(0);
  const entries = useMemo(() => found(entriesOf(session), wanted), [session, wanted]);
  useEffect(() => dialog.current!.showModal(), []);
  useEffect(() => setAt(0), [wanted]);
  useEffect(() => {
    document.getElementById(`found-${at}`)?.scrollIntoView({ block: 'nearest' });
  }, [at]);
  const choose = (entry: Entry | undefined) => {
    if (!entry) return;
    dialog.current!.close();
    entry.act();
  };
  const press = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0) setAt((now) => Math.max(0, Math.min(entries.length - 1, now + step)));
    else if (event.key === 'Enter') choose(entries[at]);
    else return;
    event.preventDefault();
  };
  return (
    <dialog ref={dialog} class="palette" aria-label={say('find_or_do')} onClose={onClose}
      onClick={(event) => event.target === dialog.current && dialog.current!.close()}>
      <div class="ask">
        <Icon name="search" />
        <input role="combobox" aria-expanded="true" aria-controls="found" aria-activedescendant={entries.length ? `found-${at}` : undefined}
          aria-label={say('find_or_do')} placeholder={say('find_or_do')} value={wanted} autocomplete="off"
          onInput={(event) => setWanted(event.currentTarget.value)} onKeyDown={press} />
      </div>
      <ul id="found" role="listbox" aria-label={say('found')}>
        {entries.map((entry, i) => (
          <li key={entry.id} id={`found-${i}`} role="option" aria-selected={i === at} onClick={() => choose(entry)} onMouseMove={() => setAt(i)}>
            <Icon name={entry.icon} /><span class="grow">{entry.text}</span><span class="muted small">{entry.about}</span>
          </li>
        ))}
      </ul>
      {entries.length === 0 && <p class="none">{say('nothing_found')}</p>}
    </dialog>
  );
}
