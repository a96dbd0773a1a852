// typed_story.ts - a customer of phoenix whose every request and answer has a type, made from
// `kontora openapi --participant b2b` (A10). node typed_story.mjs ADDRESS KEY PERSON
import type { operations, paths } from './b2b';

type Story = keyof operations & `b2b__phoenix__do_${string}`;
type Name<Key extends Story> = Key extends `b2b__phoenix__do_${infer Operation}` ? Operation : never;
type Body<Key extends Story> = operations[Key] extends
  { requestBody: { content: { 'application/json': infer Sent } } } ? Sent : never;
type Form<Key extends Story> = Body<Key> extends { form?: infer Fields } ? Fields : undefined;
type Done<Key extends Story> =
  operations[Key]['responses'][200]['content']['application/json'];
type State =
  paths['/flow/b2b/phoenix/state']['get']['responses'][200]['content']['application/json'];

const [address, key, person] = process.argv.slice(2);
const headers = {
  Authorization: `Bearer ${key}`, 'Content-Type': 'application/json',
  'Kontora-Person': person!, 'Kontora-Roles': 'b2b',
};

async function state(): Promise<State> {
  const answer = await fetch(`${address}/flow/b2b/phoenix/state`, { headers });
  if (!answer.ok) throw new Error(await answer.text());
  return await answer.json() as State;
}

async function operate<Key extends Story>(name: Name<Key>, form?: Form<Key>): Promise<Done<Key>> {
  const offer = (await state()).new_operations.find((one) => one.operation === name);
  if (!offer || !('token' in offer)) throw new Error(`${name} is not offered: ${JSON.stringify(offer)}`);
  const body = JSON.stringify({ token: offer.token, ...(form && { form }) });
  const answer = await fetch(`${address}/flow/b2b/phoenix/operations/${name}`,
    { method: 'POST', headers, body });
  if (!answer.ok) throw new Error(await answer.text());
  return await answer.json() as Done<Key>;
}

await operate<'b2b__phoenix__do_start'>('start');
await operate<'b2b__phoenix__do_submit_company_form'>('submit_company_form', {
  company_name: 'ООО Ромашка', company_form: 'company', inn: '7707083893', kpp: '773601001',
  ogrn: '1027700132195', address: 'Москва, улица Вавилова, 19', city: 'moscow', bic: '044525225',
  bank_account: process.argv[5]!,
});
await operate<'b2b__phoenix__do_submit_contact_form'>('submit_contact_form', {
  contact_name: 'Мария Иванова', contact_phone: '+74955005550',
  contact_email: 'maria@example.org',
});
const done = await operate<'b2b__phoenix__do_submit_for_moderation'>('submit_for_moderation');
const operation: string | null = done.operation_id;
const seen = await state();
console.log(JSON.stringify({ operation, places: seen.case?.places?.map((place) => place.name) }));
