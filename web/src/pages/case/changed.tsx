// changed.tsx - what is new since somebody looked: said as old and new, before he decides again.
import { About, shown, State } from '../../app/flow';
import { label, say } from '../../app/words';

export interface Change {
  name: string;
  was: string;
  became: string;
}

function places(state: State): string {
  return (state.case?.places ?? []).map((place) => label(place.label, place.name)).join(', ');
}

/** Everything of the case that this person sees and that is not as it was. */
export function changesBetween(before: State, now: State, about: About): Change[] {
  const changes: Change[] = [];
  if (places(before) !== places(now)) changes.push({ name: say('where_it_is'), was: places(before), became: places(now) });
  for (const field of about.fields) {
    const was = shown(before.case?.forms[field.name], field);
    const became = shown(now.case?.forms[field.name], field);
    if (was !== became) changes.push({ name: label(field.label, field.name), was, became });
  }
  return changes;
}

export function Changes({ changes }: { changes: Change[] }) {
  if (changes.length === 0) return null;
  return (
    <table class="diff">
      <thead><tr><th>{say('what')}</th><th>{say('it_was')}</th><th>{say('it_became')}</th></tr></thead>
      <tbody>
        {changes.map(({ name, was, became }) => (
          <tr key={name}><td>{name}</td><td><span class="was">{was}</span></td><td class="became">{became}</td></tr>
        ))}
      </tbody>
    </table>
  );
}
