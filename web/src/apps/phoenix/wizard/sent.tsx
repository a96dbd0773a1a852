// sent.tsx - what the customer has written, by its pages; with a way to correct it while he may.
import { About, CaseShown, shown } from '../../../app/flow';
import { label } from '../../../app/words';
import { Button } from '../../../design/button';
import { FileLinks, idsOf } from '../../../pages/case/files';
import { CUSTOMER } from '../door';
import { tell } from '../words';
import { fieldsOf, StepName } from './steps';

const PAGES: StepName[] = ['company', 'bank', 'contact'];

export function Sent({ about, of, onCorrect }: { about: About; of: CaseShown; onCorrect?: (step: StepName) => Promise<void> }) {
  const { forms } = of;
  const at = { door: CUSTOMER, caseId: of.case_id };
  return (
    <div class="stack">
      {PAGES.map((step) => (
        <section key={step} class="stack-2">
          <div class="row">
            <h3 class="grow">{tell(`step_${step}`)}</h3>
            {onCorrect && <Button size="small" kind="quiet" title={tell('correct_what', { what: tell(`step_${step}`) })} onPress={() => onCorrect(step)}>{tell('correct')}</Button>}
          </div>
          <dl class="values">
            {fieldsOf(step, about).filter(({ name }) => forms[name] != null).map((field) => (
              <div key={field.name}><dt>{label(field.label, field.name)}</dt><dd>{field.kind === 'files' ? <FileLinks at={at} ids={idsOf(forms[field.name])} /> : shown(forms[field.name], field)}</dd></div>
            ))}
          </dl>
        </section>
      ))}
    </div>
  );
}
