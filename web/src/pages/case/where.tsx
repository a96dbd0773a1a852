// where.tsx - where a case is: the whole net for those who see all, a plain list of places for others.
import { useState } from 'preact/hooks';
import { About, CaseShown, DoorName, flow } from '../../app/flow';
import { label, say } from '../../app/words';
import { Button } from '../../design/button';
import { Dialog } from '../../design/dialog';

/** The picture depends on the case; the stamp makes the browser ask again when the case has moved. */
export function Where({ door, about, of, stamp }: { door: DoorName; about: About; of: CaseShown; stamp: number }) {
  const [isLarge, setLarge] = useState(false);
  const here = of.places.map(({ name }) => name);
  const source = `${flow.picture(door, of.case_id)}#${stamp}`;
  const words = of.places.map((place) => label(place.label, place.name)).join(', ');
  const picture = <img src={source} key={source} alt={say('picture_of', { name: label(about.label, about.workflow), places: words })} />;
  return (
    <section class="card">
      <div class="head">
        <h2 class="grow">{say('where_it_is')}</h2>
        {about.sees_all && <Button size="small" kind="quiet" onPress={() => setLarge(true)}>{say('enlarge')}</Button>}
      </div>
      <div class="body">
        {about.sees_all ? <div class="net fits" tabIndex={0} role="region" aria-label={say('where_it_is')}>{picture}</div> : (
          <ol class="way">
            {about.places.map((place) => (
              <li key={place.name} aria-current={here.includes(place.name) ? 'step' : undefined}>
                <span class="dot" />{label(place.label, place.name)}
              </li>
            ))}
          </ol>
        )}
      </div>
      {isLarge && (
        <Dialog title={label(about.label, about.workflow)} wide onClose={() => setLarge(false)}>
          <div class="net" tabIndex={0} role="region" aria-label={say('where_it_is')}>{picture}</div>
        </Dialog>
      )}
    </section>
  );
}
