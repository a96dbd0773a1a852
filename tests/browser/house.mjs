// house.mjs - the server that is tested, and those who work in it beside the browser.
export const ADDRESS = process.env.KONTORA_ADDRESS;
export const OWNER = { name: 'Ольга Волкова', email: 'olga@demo.example', password: 'семь котов на крыше' };
export const WISHES = [
  ['Монитор 27″ для дизайнера', '42990.00', '2031-12-05'],
  ['Кофемашина на кухню', '89900.00', '2031-12-20'],
  ['Стулья в переговорную, 6 шт.', '54000.00', '2031-12-10'],
  ['Лицензии на редактор схем', '128000.00', '2031-12-01'],
  ['Бумага А4, 40 пачек', '14800.00', '2031-11-28'],
  ['Ноутбук для нового сотрудника', '99000.00', '2031-12-02'],
];
const OFFICE = 'office.manager, office.buyer, office.accountant';

/** As root, or as root for a person. */
export async function ask(method, path, body, headers = {}) {
  const answer = await fetch(ADDRESS + path, {
    method,
    headers: { Authorization: `Bearer ${process.env.KONTORA_KEY}`, 'Content-Type': 'application/json', ...headers },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}

/** Waits for a state of the house, a minute at most. */
export async function until(isSo) {
  const end = Date.now() + 60_000;
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error(`not within a minute: ${isSo}`);
    await new Promise((wake) => setTimeout(wake, 100));
  }
}

/** Somebody else who works with the same cases, through the API. */
export class Participant {
  constructor(person, kind, roles = kind) {
    this.kind = kind;
    this.headers = { 'Kontora-Person': person, 'Kontora-Roles': roles };
  }

  async do(operation, form, caseId, workflow = 'purchase') {
    const at = `/flow/${this.kind}/${workflow}`;
    const state = await ask('GET', `${at}/state${caseId ? `?case_id=${caseId}` : ''}`, undefined, this.headers);
    const offer = state.new_operations.find((one) => one.operation === operation);
    const done = await ask('POST', `${at}/operations/${operation}`, { token: offer.token, form }, this.headers);
    return done.case_id;
  }
}

/** Roles, a colleague, and cases in several places; `owner` is who has set the house up. */
export async function furnish(owner) {
  const roles = [['office', OFFICE.split(', '), 'Buys and pays'], ['staff', ['staff'], 'Asks for things']];
  for (const [name, participants, meaning] of roles) {
    await ask('POST', '/api/roles', { name, participants, meaning, permissions: [] });
  }
  await ask('PATCH', `/api/users/${owner}`, { roles: ['owner', 'office', 'staff'] });
  const petr = await ask('POST', '/api/users', {
    full_name: 'Пётр Сёмин', email: 'petr@demo.example', type: 'employee', roles: ['staff'],
  });
  const colleague = new Participant(petr.id, 'staff');
  const office = new Participant(owner, 'office', OFFICE);
  const cases = [];
  for (const [item, price, needed_by] of WISHES) cases.push(await colleague.do('ask', { item, price, needed_by }));
  await office.do('approve', {}, cases[0]);
  await office.do('order', { shop: 'komus', order_number: 'KM-20418' }, cases[0]);
  await office.do('give_back', { remark: 'Возьмите машину попроще.' }, cases[1]);
  await office.do('approve', {}, cases[2]);
  return { colleague, office, cases, owner, petr: petr.id };
}
