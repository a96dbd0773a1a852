// steps.ts - the customer's way in four steps: which fields each has, and where it begins.
//
// Fields and their order are the definition's; only which of them stand together on one page is said
// here. A field that a later version adds appears by itself, with the company or with the contact.
import { About, CaseShown, FormField, Values } from '../../../app/flow';

export const STEPS = ['company', 'bank', 'contact', 'check'] as const;
export type StepName = (typeof STEPS)[number];
export type Half = 'company_form' | 'contact_form'; // the places in which he fills in

const BANK = ['bic', 'bank_account'];
const SUBMITS: Record<Half, string> = { company_form: 'submit_company_form', contact_form: 'submit_contact_form' };
export const SAVES: Record<Half, string> = { company_form: 'save_company', contact_form: 'save_contact' };
export const submitOf = (half: Half) => SUBMITS[half];

export const halfOf = (step: StepName): Half => (step === 'company' || step === 'bank' ? 'company_form' : 'contact_form');

export function halfOfCase(of: CaseShown): Half | null {
  const place = of.places[0]?.name;
  return place === 'company_form' || place === 'contact_form' ? place : null;
}

/** Everything that is asked in one half, in the order of the definition. */
export function fieldsOfHalf(half: Half, about: About): FormField[] {
  const form = about.operations.find(({ operation }) => operation === SUBMITS[half])?.form ?? [];
  const order = about.fields.map(({ name }) => name);
  return [...form].sort((one, other) => order.indexOf(one.name) - order.indexOf(other.name));
}

export function fieldsOf(step: StepName, about: About): FormField[] {
  if (step === 'check') return [];
  return fieldsOfHalf(halfOf(step), about).filter(({ name }) => step === 'contact' || BANK.includes(name) === (step === 'bank'));
}

/** An entrepreneur has no KPP; the server asks a company for it when the form is sent. */
export function asked(fields: FormField[], isEntrepreneur: boolean): FormField[] {
  return fields.filter(({ name }) => name !== 'kpp' || !isEntrepreneur)
    .map((field) => (field.name === 'kpp' ? { ...field, required: true } : field));
}

const isFilled = (fields: FormField[], values: Values) => fields.every(({ required, name }) => !required || values[name] != null);

/** Where somebody goes on who comes back: at the first page that is not complete; at the first of all to correct something. */
export function firstStep(about: About, of: CaseShown): StepName {
  const half = halfOfCase(of);
  const own = STEPS.filter((step) => halfOf(step) === half);
  const isEntrepreneur = of.forms.company_form === 'entrepreneur';
  return own.find((step) => !isFilled(asked(fieldsOf(step, about), isEntrepreneur), of.forms)) ?? (half === 'company_form' && of.forms.return_reason ? own[0]! : own.at(-1)!);
}
