// check_cards.tsx - the parts of a moderator's page: what was submitted, what to look at, earlier attempts.
import { About, CaseShown, shown, Values } from '../../../app/flow';
import { useName } from '../../../app/names';
import { ago, label, moment } from '../../../app/words';
import { Icon } from '../../../design/icon';
import { FileLinks, idsOf } from '../../../pages/case/files';
import { Badge } from '../../../design/states';
import { requestAddress, STAFF } from '../door';
import { tell } from '../words';
import { Attempt, Difference, differences } from './attempts';
import { Check, checksOf } from './checks';
import { fieldsOfCustomer, fieldsOfPart, PARTS } from './groups';

const cityOf = (about: About, forms: Values): string => about.fields.find(({ name }) => name === 'city')?.choices?.find(({ name }) => name === forms.city)?.label?.ru ?? '';

function Mark({ checks }: { checks: Check[] }) {
  if (checks.length === 0) return null;
  const text = checks.map((check) => tell(`check_${check.name}_look`, check.values)).join(' ');
  return <span class="mark-look" title={text}><Icon name="alert" /><span class="unseen">{text}</span></span>;
}

/** Beside each value: what was there the time before, and whether something is to be looked at. */
export function Submitted({ about, of, attempts }: { about: About; of: CaseShown; attempts: Attempt[] }) {
  const { forms } = of;
  const before = attempts.length > 1 ? attempts.at(-2)!.values : null;
  const looks = checksOf(forms, cityOf(about, forms)).filter(({ verdict }) => verdict === 'look');
  const isNew = (name: string) => before !== null && JSON.stringify(before[name] ?? null) !== JSON.stringify(forms[name] ?? null);
  return (
    <section class="card submitted">
      <div class="head"><h2 class="grow">{tell(attempts.length > 0 ? 'submitted' : 'written')}</h2>{before && <span class="small muted">{tell('changes_marked')}</span>}</div>
      {PARTS.map((part) => ({ part, fields: fieldsOfPart(about, part).filter(({ name }) => forms[name] != null || isNew(name)) })).filter(({ fields }) => fields.length > 0).map(({ part, fields }) => (
        <div class="body" key={part}>
          <h3>{tell(`step_${part}`)}</h3>
          <dl class="values">
            {fields.map((field) => (
              <div key={field.name}>
                <dt>{label(field.label, field.name)}</dt>
                <dd class={isNew(field.name) ? 'new' : undefined}>
                  {field.kind === 'files' ? <FileLinks at={{ door: STAFF, caseId: of.case_id }} ids={idsOf(forms[field.name])} /> : <span>{shown(forms[field.name], field)}</span>} <Mark checks={looks.filter(({ fields }) => fields[0] === field.name)} />
                  {isNew(field.name) && field.kind !== 'files' && <div class="small"><span class="was">{shown(before![field.name], field)}</span></div>}
                </dd>
              </div>
            ))}
          </dl>
        </div>
      ))}
    </section>
  );
}

export function Checks({ about, forms }: { about: About; forms: Values }) {
  const checks = checksOf(forms, cityOf(about, forms));
  const count = checks.filter(({ verdict }) => verdict === 'look').length;
  if (checks.length === 0) return null;
  return (
    <section class="card">
      <div class="head"><h2 class="grow">{tell('checks')}</h2>{(count > 0 || forms.submitted_at) && <span class={`badge ${count > 0 ? 'warn' : 'good'}`}>{count > 0 ? tell('to_look_at', { count }) : tell('all_fits')}</span>}</div>
      <ul class="checks">
        {checks.map(({ name, verdict, values }) => (
          <li key={name} class={verdict}><Icon name={verdict === 'good' ? 'check' : 'alert'} /><span>{tell(`check_${name}_${verdict}` as 'check_digits_good', values)}</span></li>
        ))}
      </ul>
    </section>
  );
}

/** Others of the same INN: he asks twice, or somebody asks in his name. */
export function Twins({ of }: { of: CaseShown[] }) {
  if (of.length === 0) return null;
  return (
    <section class="card">
      <div class="head"><h2 class="grow">{tell('twins')}</h2><span class="badge warn">{of.length}</span></div>
      <ul class="rows">
        {of.map((one) => (
          <li key={one.case_id}>
            <a class="item" href={requestAddress(one.case_id)}>
              <span class="grow"><span class="title">{one.forms.company_name || tell('no_name')}</span><br /><span class="small muted" title={moment(one.opened_at)}>{ago(one.opened_at)}</span></span>
              {one.places.map((place) => <Badge key={place.name}>{label(place.label, place.name)}</Badge>)}
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What the staff says to each other. No customer ever sees the comment or the note. */
export function Remarks({ about, forms }: { about: About; forms: Values }) {
  const fields = about.fields.filter(({ name }) => ['comment', 'support_note', 'support_rating', 'reject_reason', 'corp_client_id'].includes(name) && forms[name] != null);
  if (fields.length === 0) return null;
  return (
    <section class="card">
      <div class="head"><h2>{tell('remarks')}</h2></div>
      <div class="body"><dl class="values">{fields.map((field) => <div key={field.name}><dt>{label(field.label, field.name)}</dt><dd>{shown(forms[field.name], field)}</dd></div>)}</dl></div>
    </section>
  );
}

function Line({ of: { field, was, became } }: { of: Difference }) {
  return <div><span class="muted">{label(field.label, field.name)}: </span><span class="was">{shown(was, field)}</span> → <span class="became">{shown(became, field)}</span></div>;
}

function One({ attempt, before, about }: { attempt: Attempt; before: Attempt | undefined; about: About }) {
  const { outcome } = attempt;
  const who = useName(outcome?.person ?? null, tell('somebody'));
  const changes = before ? differences(fieldsOfCustomer(about), before.values, attempt.values) : [];
  const reason = outcome?.fields.return_reason?.[1] ?? outcome?.fields.reject_reason?.[1];
  const comment = outcome?.fields.comment?.[1];
  return (
    <li>
      <div class="what">{tell('attempt_number', { number: attempt.number })}</div>
      <div class="small muted"><time dateTime={attempt.at} title={moment(attempt.at)}>{ago(attempt.at)}</time></div>
      <div class="changes">
        {changes.map((change) => <Line key={change.field.name} of={change} />)}
        {before && changes.length === 0 && <div class="muted">{tell('nothing_changed')}</div>}
        {outcome ? <div><strong>{label(outcome.label, outcome.transition)}</strong> · {who}, <time dateTime={outcome.at} title={moment(outcome.at)}>{ago(outcome.at)}</time></div> : <div class="muted">{tell('not_decided')}</div>}
        {reason && <div class="said">{tell('told_customer')} “{reason}”</div>}
        {comment && <div class="said">{tell('comment_inside')} “{comment}”</div>}
      </div>
    </li>
  );
}

export function Attempts({ about, attempts }: { about: About; attempts: Attempt[] }) {
  if (attempts.length === 0) return null;
  return (
    <section class="card">
      <div class="head"><h2>{tell('attempts')}</h2></div>
      <div class="body">
        <ol class="timeline" reversed>
          {attempts.map((attempt, i) => <One key={attempt.number} attempt={attempt} before={attempts[i - 1]} about={about} />).reverse()}
        </ol>
      </div>
    </section>
  );
}
