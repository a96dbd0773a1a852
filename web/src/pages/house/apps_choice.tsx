// apps_choice.tsx - which of the apps that run here are shown.
import { apps } from '../../apps/apps';
import { House } from '../../app/session';
import { say } from '../../app/words';
import { CheckField } from '../../design/field';

export interface HouseChoice {
  hidden: string[];
  revision: number;
}

interface App {
  service: string;
  name: string;
  about: string;
}

/** Those with screens of their own, and the cases of workflow files. */
export function appsOf(services: House['services']): App[] {
  const runs = (service: string) => services.some(({ name }) => name === service);
  const known = apps.flatMap(({ service, name }) => (service && runs(service) ? [{ service, name: name(), about: say('app_with_cases') }] : []));
  return runs('casework') ? [...known, { service: 'casework', name: say('own_workflows'), about: say('own_workflows_about') }] : known;
}

export function AppsChoice({ services, hidden, onChange }: { services: House['services']; hidden: string[]; onChange: (hidden: string[]) => void }) {
  const choices = appsOf(services);
  if (choices.length === 0) return <p class="muted">{say('no_apps')}</p>;
  return (
    <div class="stack" role="group" aria-label={say('house')}>
      {choices.map(({ service, name, about }) => (
        <CheckField key={service} name={name} hint={about} checked={!hidden.includes(service)}
          onInput={(isShown) => onChange(isShown ? hidden.filter((one) => one !== service) : [...hidden, service])} />
      ))}
    </div>
  );
}
