// works_test.mjs - what takes a while: how far it is, in the corner of every page; stopped, interrupted, gone wrong.
// The lists come from the test, so that there is enough of everything; what is done is counted there.
import assert from 'node:assert/strict';
import { checkAccessible, checkFits, openWindow, PHONE, settle } from './browser.mjs';

const idOf = (number) => `01a20000-0000-7000-8000-${String(number).padStart(12, '0')}`;
const json = (route, body, status = 200, headers = {}) => route.fulfill({ status, headers, contentType: 'application/json', body: JSON.stringify(body) });

/** So many cases stand still; `answer` says what becomes of each that is tried again. */
async function standStill(page, count, answer) {
  const tried = [];
  const cases = Array.from({ length: count }, (_, i) => ({ case_id: idOf(i), workflow: 'purchase', version: 1, places: ['paid'], incidents: 1, changed_at: '2026-11-21T10:00:00Z' }));
  await page.route(/\/api\/cases\/\w+\?/, (route) => {
    const asked = new URL(route.request().url());
    if (asked.searchParams.get('state') !== 'incident') return route.continue();
    const isOurs = asked.pathname.endsWith('/casework');
    const from = Number(asked.searchParams.get('cursor') ?? 0);
    const size = Number(asked.searchParams.get('limit') ?? 50);
    const left = cases.filter(({ case_id: id }) => !tried.includes(id)).slice(from, from + size);
    return json(route, { items: isOurs ? left : [], next: isOurs && from + size < count ? String(from + size) : null });
  });
  await page.route(/\/api\/cases\/casework\/[0-9a-f-]{36}$/, (route) => json(route, {
    ...cases[0], stages: [{ stage: 'pay', state: 'incident', attempt: 3, due_at: null, reason: null }], fields: null, revision: 3, closed_at: null, why: '',
  }));
  await page.route(/\/api\/cases\/casework\/[0-9a-f-]{36}\/(retry|skip|move|cancel)$/, async (route) => {
    const id = route.request().url().split('/').at(-2);
    const said = await answer(Number(id.slice(-12)), route.request());
    if (said === undefined) tried.push(id);
    return said === undefined ? json(route, cases[0]) : json(route, said.body, said.status, said.headers);
  });
  return tried;
}

const tray = (page) => page.getByRole('region', { name: 'Выполняется' });

async function retryAll(page, reason = 'Банк снова отвечает') {
  await page.goto('/app/workflows/incidents');
  await settle(page);
  await page.getByRole('button', { name: 'Повторить все' }).click();
  await page.getByRole('dialog').getByLabel('Причина').fill(reason);
  await page.getByRole('dialog').getByRole('button', { name: 'Повторить', exact: true }).click();
}

/** Begun on one page, looked at from another; what has failed is said by name, the rest is done. */
async function many_are_mended_while_one_goes_on(world) {
  const { page, context } = await openWindow(world.browser, { signedIn: world.signedIn, allows: [/409/, /429/] });
  let isLetGo = () => {};
  const gate = new Promise((letGo) => { isLetGo = letGo; });
  let isSlowed = false;
  const reasons = new Set();
  const tried = await standStill(page, 60, async (number, request) => {
    reasons.add(request.postDataJSON().reason);
    if (number === 5) await gate;
    if (number === 9) return { status: 409, body: { code: 'cannot', message: 'It cannot be done.' } };
    if (number !== 11 || isSlowed) return undefined;
    isSlowed = true; // asked too often once: it is done a little later, and is no failure
    return { status: 429, headers: { 'Retry-After': '1' }, body: { code: 'too_many_requests', message: 'Slow down.' } };
  });
  await retryAll(page);
  await tray(page).getByText(/^5/).waitFor();
  await checkAccessible(page, 'something under way');
  await page.getByRole('navigation').getByRole('link', { name: 'Люди' }).first().click(); // nobody has to wait here
  await page.getByRole('heading', { name: 'Люди' }).waitFor();
  isLetGo();
  await tray(page).getByText('Сделано: 59.').waitFor();
  await tray(page).getByRole('button', { name: 'Не получилось: 1' }).click();
  await tray(page).getByRole('link', { name: 'purchase · № 000009' }).waitFor();
  await checkAccessible(page, 'something that is over');
  assert.equal(tried.length, 59);
  assert.deepEqual([...reasons], ['Банк снова отвечает']);
  await tray(page).getByRole('button', { name: 'Закрыть' }).click();
  assert.equal(await tray(page).count(), 0);
  await context.close();
}

/** Some of them, on a phone; stopped in the middle, what was not reached stays as it is. */
async function what_is_chosen_is_done_until_it_is_stopped(world) {
  const { page, context } = await openWindow(world.browser, { signedIn: world.signedIn, size: PHONE });
  let isLetGo = () => {};
  const gate = new Promise((letGo) => { isLetGo = letGo; });
  const tried = await standStill(page, 8, async (number) => void (number === 3 && await gate));
  await page.goto('/app/workflows/incidents');
  await settle(page);
  for (const number of [1, 3, 5]) await page.getByLabel(`Выбрать «purchase · № ${idOf(number).slice(-6)}»`).check();
  const bar = page.getByRole('region', { name: 'Что выбрано' });
  await bar.getByText('3 дела').waitFor();
  await checkAccessible(page, 'chosen incidents');
  await checkFits(page, 'chosen incidents');
  await bar.getByRole('button', { name: 'Пропустить' }).click();
  await page.getByRole('dialog').getByLabel('Причина').fill('Оплачено вручную');
  await page.getByRole('dialog').getByRole('button', { name: 'Пропустить' }).click();
  await tray(page).getByText('1 из 3').waitFor();
  await checkFits(page, 'something under way on a phone');
  await tray(page).getByRole('button', { name: 'Остановить' }).click();
  isLetGo();
  await tray(page).getByText('Остановлено; сделано: 2.').waitFor();
  assert.deepEqual(tried, [idOf(1), idOf(3)]);
  await context.close();
}

/** The page is loaded anew in the middle: it says what was done, and that the rest is as it was. */
async function what_was_interrupted_is_said(world) {
  const { page, context } = await openWindow(world.browser, { signedIn: world.signedIn });
  await standStill(page, 4, async (number) => void (number === 2 && await new Promise(() => {})));
  page.on('dialog', (dialog) => void dialog.accept()); // "leave this page?"
  await retryAll(page);
  await tray(page).getByText('2 из 4').waitFor();
  await page.goto('/app/people');
  await tray(page).getByText('Прервано; сделано: 2.').waitFor();
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  await context.close();
}

/** Dead letters of all services, page by page; who was dealt with meanwhile is no failure. */
async function all_dead_letters_are_tried_again(world) {
  const { page, context } = await openWindow(world.browser, { signedIn: world.signedIn, allows: [/404/] });
  const replayed = [];
  const left = () => Array.from({ length: 250 }, (_, i) => i + 1).filter((number) => !replayed.includes(number));
  await page.route('**/metrics', async (route) => {
    const answer = await route.fetch();
    const others = (await answer.text()).split('\n').filter((line) => !line.startsWith('kontora_parked{'));
    return route.fulfill({ response: answer, body: `${others.join('\n')}\nkontora_parked{service="audit",state="dead"} ${left().length}\n` });
  });
  await page.route(/\/api\/dead\/audit\?|\/api\/dead\/audit$/, (route) => {
    const asked = new URL(route.request().url()).searchParams;
    const size = Number(asked.get('limit') ?? 50);
    const numbers = left().filter((number) => number > Number(asked.get('cursor') ?? 0));
    const items = numbers.slice(0, size).map((number) => ({ number, handler: 'users.created', source: 'users', subject: null, state: 'dead', attempts: 3, reason: 'It cannot be read.', parked_at: '2026-11-21T10:00:00Z' }));
    return json(route, { items, next: numbers.length > size ? String(items.at(-1).number) : null });
  });
  await page.route(/\/api\/dead\/audit\/\d+\/replay$/, (route) => {
    const number = Number(route.request().url().split('/').at(-2));
    if (number === 7 && replayed.push(number)) return json(route, { code: 'not_found', message: 'It was handled.' }, 404);
    replayed.push(number);
    return json(route, {});
  });
  await page.goto('/app/operations');
  await settle(page);
  await page.getByText('It cannot be read.').first().waitFor();
  await checkAccessible(page, 'dead letters');
  await page.getByRole('button', { name: 'Показать ещё' }).click();
  await page.waitForFunction(() => [...document.querySelectorAll('.item')].filter(({ innerText }) => innerText.includes('It cannot be read.')).length === 100);
  await page.getByRole('button', { name: 'Повторить все' }).click();
  await tray(page).getByText('Сделано: 249.').waitFor();
  await tray(page).getByText('Делать было нечего: 1').waitFor();
  assert.deepEqual([...replayed].sort((a, b) => a - b), Array.from({ length: 250 }, (_, i) => i + 1));
  await page.getByText('Каждое сообщение обработано.').waitFor();
  await context.close();
}

/** The payouts of a day: so many of so many, until the bank has answered the last. */
async function payouts_say_how_far_they_are(world) {
  const { page, context } = await openWindow(world.browser, { signedIn: world.signedIn });
  let paid = 12;
  await page.route('**/api/accounts/day-end', (route) => json(route, { day: '2031-11-21', is_counting: true, payouts: 40, paid, failed: 1 }));
  await page.goto('/app/popug/payouts');
  await settle(page);
  await page.getByText(/^Считаем заработанное за 21/).waitFor();
  await page.getByText('13 из 40').waitFor();
  await checkAccessible(page, 'payouts under way');
  paid = 20; // it is looked at again by itself
  await page.getByText('21 из 40').waitFor();
  await context.close();
}

export const workTests = [
  payouts_say_how_far_they_are,
  many_are_mended_while_one_goes_on, what_is_chosen_is_done_until_it_is_stopped, what_was_interrupted_is_said, all_dead_letters_are_tried_again,
];
