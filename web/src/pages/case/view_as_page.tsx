// view_as_page.tsx - a case with the eyes of another participant: seen, never done, and recorded.
import { useState } from 'preact/hooks';
import { post, Problem } from '../../app/api';
import { About, CaseShown, headline, Offer, Step } from '../../app/flow';
import { asProblem, useLoad } from '../../app/load';
import { Title } from '../../app/shell';
import { Label, label, say } from '../../app/words';
import { Button } from '../../design/button';
import { SelectField } from '../../design/field';
import { Icon } from '../../design/icon';
import { Badge, Bones, Empty, Shown, Trouble } from '../../design/states';
import { Details } from './case_page';
import { History } from './history';
import { reasonText } from './offers';

interface Viewed {
  participants: { name: string; label: Label }[];
  as: string | null;
  about: About | null;
  case: CaseShown | null;
  new_operations: Offer[];
  history: Step[];
}

function CouldDo({ offers }: { offers: Offer[] }) {
  const shown = offers.filter(({ disable_reason: reason }) => reason?.code !== 'wrong_stage');
  return (
    <section class="card">
      <div class="head"><h2>{say('can_do')}</h2></div>
      {shown.length === 0 ? <p class="body muted">{say('nothing_he_can')}</p> : (
        <ul class="rows">
          {shown.map((offer) => (
            <li key={offer.operation} class="item">
              <span class="grow title">{label(offer.label, offer.operation)}</span>
              {offer.disable_reason ? <span class="small muted">{reasonText(offer)}</span> : <Badge tone="good">{say('could_now')}</Badge>}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function What({ viewed, name, onLeave }: { viewed: Viewed; name: string; onLeave: () => void }) {
  const { about, case: seen, new_operations: offers, history } = viewed;
  return (
    <>
      <div class="eyes" role="status">
        <Icon name="eye" />
        <div class="grow"><strong>{say('view_as_now', { name })}</strong> {say('view_as_only')}</div>
        <Button size="small" onPress={onLeave}>{say('view_as_leave')}</Button>
      </div>
      <div class="stack-2"><h2>{headline(seen!, about!.fields)}</h2><div class="row">{seen!.places.map((place) => <Badge key={place.name} tone={seen!.closed_at ? 'good' : 'accent'}><span class="dot" />{label(place.label, place.name)}</Badge>)}</div></div>
      <CouldDo offers={offers} />
      <div class="two">
        <div><section class="card"><div class="head"><h2>{say('history')}</h2></div><div class="body"><History steps={history} about={about!} /></div></section></div>
        <div><Details of={seen!} about={about!} /></div>
      </div>
    </>
  );
}

export function ViewAsPage({ service, case_id: caseId }: Record<string, string>) {
  const path = `/api/cases/${service}/${caseId}/view_as`;
  const [viewed, setViewed] = useState<Viewed | null>(null);
  const [chosen, setChosen] = useState('');
  const [problem, setProblem] = useState<Problem | null>(null);
  const loaded = useLoad(() => post<Viewed>(path), [path]);
  const choose = async (as: string) => {
    setChosen(as);
    setViewed(null);
    setProblem(null);
    if (as === '') return;
    try {
      setViewed(await post<Viewed>(path, { as }));
    } catch (error) {
      setProblem(asProblem(error));
    }
  };
  const leave = () => history.back();
  return (
    <Shown of={loaded} bones={<Bones rows={4} height={36} />}>
      {({ participants }) => {
        const options = participants.map((one) => ({ value: one.name, text: label(one.label, one.name) }));
        const name = options.find(({ value }) => value === chosen)?.text ?? chosen;
        return (
          <>
            <Title>{say('view_as_others')}</Title>
            <SelectField name={say('view_as_choose')} value={chosen} onInput={choose} options={options} empty={say('choose')} />
            {problem && <Trouble problem={problem} />}
            {chosen === '' && <div class="card"><Empty icon="eye" title={say('view_as_choose')}><p>{say('view_as_begin')}</p></Empty></div>}
            {chosen !== '' && !viewed && !problem && <Bones rows={5} height={28} />}
            {viewed?.case && <What viewed={viewed} name={name} onLeave={leave} />}
          </>
        );
      }}
    </Shown>
  );
}
