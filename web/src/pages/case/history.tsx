// history.tsx - what has happened to a case, newest first: who, when, old and new.
import { About, FormField, shown, Step } from '../../app/flow';
import { useName } from '../../app/names';
import { ago, label, moment, say } from '../../app/words';

function Change({ field, was, became }: { field: FormField | undefined; was: any; became: any }) {
  const isPerson = field?.kind === 'id';
  const old = useName(isPerson ? was : null, shown(was, field));
  const fresh = useName(isPerson ? became : null, shown(became, field));
  return <>{was != null && <><span class="was">{old}</span> → </>}<span class="became">{fresh}</span></>;
}

function Row({ step, before, about }: { step: Step; before: string[]; about: About }) {
  const byKind = label(step.kind_label, step.kind ?? '');
  const who = useName(step.person, byKind || say('by_itself'));
  const operation = about.operations.find(({ operation }) => operation === step.transition);
  const nameOf = (place: string) => label(about.places.find(({ name }) => name === place)?.label, place);
  const entered = step.places.filter((place) => !before.includes(place));
  return (
    <li>
      <div class="what">{label(step.label ?? operation?.label, step.transition)}</div>
      <div class="small muted">{who} · <time dateTime={step.at} title={moment(step.at)}>{ago(step.at)}</time></div>
      {(entered.length > 0 || Object.keys(step.fields).length > 0) && (
        <div class="changes">
          {entered.length > 0 && <div><span class="muted">{say('where_it_is')}: </span>{entered.map(nameOf).join(', ')}</div>}
          {Object.entries(step.fields).map(([name, [was, became]]) => {
            const field = about.fields.find((one) => one.name === name);
            return <div key={name}><span class="muted">{label(field?.label, name)}: </span><Change field={field} was={was} became={became} /></div>;
          })}
        </div>
      )}
    </li>
  );
}

export function History({ steps, about }: { steps: Step[]; about: About }) {
  return (
    <ol class="timeline" reversed>
      {steps.map((step, i) => <Row key={`${step.at}${i}`} step={step} before={steps[i - 1]?.places ?? []} about={about} />).reverse()}
    </ol>
  );
}
