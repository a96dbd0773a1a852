// preferences_card.tsx - how I want to be told. What is urgent, such as a sign-in code, comes all the same.
import { get, Page, put } from '../../app/api';
import { useLoad } from '../../app/load';
import { useSession } from '../../app/session';
import { Key, say } from '../../app/words';
import { Choice } from '../../design/button';
import { Shown } from '../../design/states';
import { toast } from '../../design/toast';

type Mode = 'on' | 'off' | 'daily';

interface Preference {
  key: string;
  channel: string;
  mode: Mode;
}

const ROWS: { channel: string; name: Key; modes: Mode[] }[] = [
  { channel: 'email', name: 'by_mail', modes: ['on', 'daily', 'off'] },
  { channel: 'inbox', name: 'by_inbox', modes: ['on', 'off'] },
  { channel: 'telegram', name: 'by_telegram', modes: ['on', 'off'] },
];

export function Preferences() {
  const { services } = useSession();
  if (!services.some(({ name }) => name === 'notifications')) return null;
  return <Card />;
}

function Card() {
  const loaded = useLoad(() => get<Page<Preference>>('/api/inbox/preferences'), []);
  const choose = async (channel: string, mode: Mode) => {
    await put('/api/inbox/preferences', { key: '*', channel, mode });
    toast(say('saved'));
    await loaded.again();
  };
  return (
    <section class="card">
      <div class="head"><h2>{say('how_to_tell')}</h2></div>
      <div class="body stack">
        <Shown of={loaded}>
          {({ items }) => ROWS.map(({ channel, name, modes }) => (
            <div class="row" key={channel}>
              <span class="grow">{say(name)}</span>
              <Choice name={say(name)} value={items.find((one) => one.key === '*' && one.channel === channel)?.mode ?? 'on'}
                options={modes.map((value) => ({ value, text: say(`mode_${value}`) }))} onChange={(mode) => void choose(channel, mode)} />
            </div>
          ))}
        </Shown>
      </div>
    </section>
  );
}
