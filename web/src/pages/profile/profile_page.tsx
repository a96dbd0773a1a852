// profile_page.tsx - who I am here, how I like it, and from where I am signed in.
import { useState } from 'preact/hooks';
import { patch } from '../../app/api';
import { useSession } from '../../app/session';
import { initials, Title } from '../../app/shell';
import { chooseTheme, Theme, theme } from '../../app/theme';
import { Language, language, say, speak } from '../../app/words';
import { Button, Choice } from '../../design/button';
import { Badge } from '../../design/states';
import { Passkeys } from './passkeys_card';
import { Preferences } from './preferences_card';
import { Keys, Safety } from './safety_card';
import { Sessions } from './sessions_card';

function Looks() {
  const [chosen, setChosen] = useState<Theme>(theme());
  const choose = (wanted: Theme) => {
    chooseTheme(wanted);
    setChosen(wanted);
  };
  const speakAndKeep = (wanted: Language) => {
    speak(wanted);
    void patch('/api/profile', { locale: wanted }).catch(() => {});
  };
  return (
    <section class="card">
      <div class="head"><h2>{say('looks')}</h2></div>
      <div class="body stack">
        <div class="row"><span class="grow">{say('language')}</span>
          <Choice name={say('language')} value={language()} onChange={speakAndKeep} options={[{ value: 'ru', text: 'Русский' }, { value: 'en', text: 'English' }]} />
        </div>
        <div class="row"><span class="grow">{say('theme')}</span>
          <Choice name={say('theme')} value={chosen} onChange={choose}
            options={[{ value: 'system', text: say('theme_system') }, { value: 'light', text: say('theme_light') }, { value: 'dark', text: say('theme_dark') }]} />
        </div>
      </div>
    </section>
  );
}

export function ProfilePage() {
  const session = useSession();
  const me = session.profile!;
  const name = me.full_name || me.email || '';
  return (
    <>
      <Title actions={<Button icon="out" onPress={session.leave}>{say('sign_out')}</Button>}>{say('profile')}</Title>
      <section class="card">
        <div class="body row">
          <span class="avatar" aria-hidden="true">{initials(name)}</span>
          <div class="grow"><div><strong>{name}</strong></div><div class="muted">{me.email}</div></div>
          <div class="row">{me.roles.map((role) => <Badge key={role}>{role}</Badge>)}</div>
        </div>
      </section>
      <Looks />
      <Preferences />
      <Sessions />
      <Safety />
      <Passkeys />
      <Keys />
    </>
  );
}
