// popug_house.mjs - a company of popugs: who works there, and what they do beside the browser.
import { ask, until } from './house.mjs';

export const TITLES = [
  'Разобрать почту за выходные', 'Накормить попугаев', 'Починить скрипучую дверь', 'Заказать зерно на месяц',
  'Вымыть окна в гнезде', 'Сверить счета за октябрь', 'Научить новичка летать', 'Поменять лампу в коридоре',
  'Отвезти документы в банк', 'Собрать ветки для ремонта', 'Проверить сигнализацию', 'Полить фикус',
];

export class Popug {
  constructor(id, permissions = '') {
    this.id = id;
    this.headers = { 'Kontora-Person': id, ...(permissions && { 'Kontora-May': permissions }) };
  }

  ask(method, path, body) {
    return ask(method, path, body, this.headers);
  }

  create(title) {
    return this.ask('POST', '/api/tasks', { title });
  }

  finish(item) {
    return this.ask('POST', `/api/tasks/${item}/finish`);
  }

  open() {
    return this.ask('GET', '/api/tasks?assignee=me&status=open&limit=200').then(({ items }) => items);
  }

  balance() {
    return this.ask('GET', '/api/accounts/me').then(({ balance_minor }) => balance_minor);
  }
}

async function hire(name, account) {
  const { id } = await ask('POST', '/api/users', {
    full_name: name, email: `${account}@popug.example`, type: 'popug', requisite: { bank_account: account },
  });
  return new Popug(id);
}

/** The owner works there, too, so that tasks fall on who sits before the browser. */
export async function furnishBoard(owner) {
  await ask('PATCH', `/api/users/${owner}`, { type: 'popug', requisite: { bank_account: '40817810000000000001' } });
  const me = new Popug(owner);
  const [ivan, anna, noah] = [
    await hire('Иван Перьев', '40817810000000000002'), await hire('Анна Хохлова', '40817810000000000003'), await hire('Noah Beak', '40817810000000000004'),
  ];
  const all = [me, ivan, anna, noah];
  for (const one of all) await until(async () => (await one.ask('GET', '/api/colleagues/me')).is_assignable);
  for (const title of TITLES) await ivan.create(title);
  return { me, ivan, anna, noah, all };
}

/** New tasks until so many more have fallen on him. */
export async function createFor(popug, author, count, title) {
  const found = [];
  while (found.length < count) {
    const item = await author.create(title);
    if (item.assignee_id === popug.id) found.push(item);
  }
  return found;
}

async function pages(popug, path) {
  const found = [];
  for (let next = ''; next !== null;) {
    const page = await popug.ask('GET', `${path}${next && `&cursor=${next}`}`);
    found.push(...page.items);
    next = page.next;
  }
  return found;
}

/** Every fact of the board stands in the books. */
export async function settled(all) {
  await until(async () => {
    const items = await pages(all[0], '/api/tasks?limit=200');
    const lines = await Promise.all(all.map((one) => pages(one, '/api/accounts/me/entries?limit=100')));
    const booked = lines.flat().filter(({ kind }) => kind !== 'payout').length;
    return booked === items.reduce((sum, { assignment, status }) => sum + assignment + (status === 'done'), 0);
  });
}
