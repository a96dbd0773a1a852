// groups.ts - the fields of a request as the staff reads them: what the customer has written, by its parts.
import { About, FormField } from '../../../app/flow';

export const PARTS = ['company', 'bank', 'contact'] as const;
export type PartName = (typeof PARTS)[number];

const BANK = ['bic', 'bank_account'];
// Everything else that a request has is the customer's own, whatever a later version asks of him.
const OURS = ['owner_id', 'return_reason', 'reject_reason', 'comment', 'moderator_id', 'attempts', 'submitted_at', 'corp_client_id',
  'support_note', 'support_rating', 'reminders', 'revision', 'employee_id'];

function partOf({ name }: FormField): PartName | null {
  if (OURS.includes(name)) return null;
  return BANK.includes(name) ? 'bank' : name.startsWith('contact_') || name === 'documents' ? 'contact' : 'company';
}

export const fieldsOfPart = (about: About, part: PartName) => about.fields.filter((field) => partOf(field) === part);
export const fieldsOfCustomer = (about: About) => about.fields.filter((field) => partOf(field) !== null);
