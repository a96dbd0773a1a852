// case_test.mjs - working with a case: forms, refusals, live changes, somebody who is faster.
import assert from 'node:assert/strict';
import { checkAccessible, openWindow, settle } from './browser.mjs';
import { ADDRESS, ask, OWNER, until, WISHES } from './house.mjs';

async function openCase(world, index, kind = 'office', more = {}) {
  const window = await openWindow(world.browser, { signedIn: world.signedIn, ...more });
  await window.page.goto(`/app/cases/${kind}/purchase/${world.cases[index]}`);
  await settle(window.page);
  return window;
}

const places = (page) => page.locator('.title-row .badge').allInnerTexts();

/** The form comes from the definition; what is missing or wrong is said at the field, and nothing is lost. */
async function a_case_is_begun_by_a_form(world) {
  const { page, context, complaints } = await openWindow(world.browser, { signedIn: world.signedIn, allows: [/400/] });
  await page.goto('/app/inbox');
  await page.getByRole('link', { name: 'Попросить купить' }).click();
  await page.getByRole('heading', { name: 'Попросить купить' }).waitFor();
  await checkAccessible(page, 'a new case');
  await page.getByRole('button', { name: 'Попросить купить' }).click();
  assert.equal(await page.getByText('Заполните это поле.').count(), 3);
  await page.getByLabel('Что купить').fill('Доска для встреч');
  await page.getByLabel('Цена').fill('12 500,50');
  await page.getByLabel('К какому дню').fill('2031-12-24');
  await page.getByLabel('Срочно').check();
  await page.getByRole('button', { name: 'Попросить купить' }).click();
  await page.getByRole('heading', { name: 'Доска для встреч' }).waitFor();
  await settle(page);
  const details = await page.locator('.values').innerText();
  assert.match(details, /12\s500,50\s₽/);
  assert.match(details, /Срочно\s*Да/);
  assert.match(details, /Кто просит\s*Вы/);
  assert.deepEqual(await places(page), ['У руководителя']);
  assert.deepEqual(complaints, []);
  await context.close();
}

/** A button that cannot be pressed says why, in the reader's language. */
async function a_disabled_operation_says_why(world) {
  const { page, context } = await openCase(world, 3);
  const approve = page.getByRole('button', { name: 'Согласовать' });
  assert.equal(await approve.getAttribute('aria-disabled'), 'true');
  await page.getByText('Дороже 100 000 ₽ нельзя без обоснования.').waitFor();
  await approve.dispatchEvent('click');
  assert.equal(await page.locator('dialog[open]').count(), 0);
  await context.close();
}

/** What a colleague does appears by itself: in the case, in the list, in the counts. */
async function changes_appear_without_asking(world) {
  const [one, list] = [await openCase(world, 1), await openWindow(world.browser, { signedIn: world.signedIn })];
  await list.page.goto('/app/cases/office/purchase');
  await settle(list.page);
  assert.deepEqual(await places(one.page), ['Возвращена']);
  await world.colleague.do('correct', { item: 'Кофеварка на кухню', price: '39900.00' }, world.cases[1]);
  await one.page.getByRole('heading', { name: 'Кофеварка на кухню' }).waitFor();
  assert.deepEqual(await places(one.page), ['У руководителя']);
  const history = await one.page.locator('.timeline').innerText();
  assert.match(history, /Исправить и отправить снова/);
  assert.match(history, /89\s900\s₽\s*→\s*39\s900\s₽/);
  await list.page.getByRole('link', { name: 'Кофеварка на кухню' }).waitFor();
  await one.context.close();
  await list.context.close();
}

/** A tab that is behind: what is new is shown, the answers stay, the person decides again. */
async function a_stale_tab_shows_what_has_changed(world) {
  const { page, context, complaints } = await openCase(world, 4, 'office', { allows: [/409/] });
  await page.route('**/events', (route) => route.abort()); // this tab no longer hears anything
  await page.reload();
  await settle(page);
  await page.getByRole('button', { name: 'Согласовать' }).click();
  await page.getByLabel('Замечание руководителя').fill('Берите сразу на год.');
  await world.office.do('give_back', { remark: 'Уточните цену.' }, world.cases[4]);
  await world.colleague.do('correct', { item: 'Бумага А4, 40 пачек', price: '15200.00' }, world.cases[4]);
  await page.getByRole('dialog').getByRole('button', { name: 'Согласовать' }).click();
  const alert = page.getByRole('dialog').getByRole('alert');
  await alert.waitFor();
  await checkAccessible(page, 'what has changed');
  assert.match(await alert.innerText(), /изменилось[^]*Цена\s+14\s800\s₽\s+15\s200\s₽/);
  assert.equal(await page.getByLabel('Замечание руководителя').inputValue(), 'Берите сразу на год.');
  await page.getByRole('button', { name: 'Всё равно: Согласовать' }).click();
  await page.getByText('Готово.').waitFor();
  await page.waitForFunction(() => document.querySelectorAll('.title-row .badge').length === 2);
  assert.deepEqual(await places(page), ['Ждёт заказа', 'Ждёт оплаты']);
  assert.deepEqual(complaints.filter((text) => !/events/.test(text)), []);
  await context.close();
}

/** When it cannot be done any more, that is said, and there is nothing left to press. */
async function what_cannot_be_done_any_more_is_said(world) {
  const { page, context } = await openCase(world, 5, 'office', { allows: [/409/, /events/] });
  await page.route('**/events', (route) => route.abort());
  await page.reload();
  await settle(page);
  await page.getByRole('button', { name: 'Отклонить' }).click();
  await page.getByLabel('Замечание руководителя').fill('Нет денег.');
  await world.colleague.do('withdraw', {}, world.cases[5]);
  await page.getByRole('dialog').getByRole('button', { name: 'Отклонить' }).click();
  await page.getByRole('dialog').getByText('Отозвана').waitFor();
  assert.equal(await page.getByRole('dialog').getByRole('button', { name: /Отклонить/ }).count(), 0);
  await context.close();
}

/** The whole net with the places lit is for those who see all; the drawing is of the reader's language. */
async function the_net_is_lit(world) {
  const { page, context } = await openCase(world, 0, 'office', { language: 'en' });
  const picture = page.getByRole('img', { name: /Purchase, drawn. It is now in: Ordered, To be paid/ });
  await picture.waitFor();
  assert.ok(await picture.evaluate((image) => image.complete && image.naturalWidth > 400));
  const svg = await (await context.request.get(await picture.getAttribute('src'))).text();
  assert.match(svg, /Ordered/);
  await page.getByRole('button', { name: 'Enlarge' }).click();
  await page.getByRole('dialog').getByRole('img').waitFor();
  await context.close();
}

/** Without a connection nothing is lost and it is said; with it everything goes on. */
async function a_lost_connection_is_said(world) {
  const { page, context } = await openCase(world, 2, 'office', { allows: [/./] });
  await page.getByRole('button', { name: 'Отметить оплату' }).click();
  await page.getByLabel('Оплачено').fill('2026-11-20');
  await context.setOffline(true);
  await page.getByRole('dialog').getByRole('button', { name: 'Отметить оплату' }).click();
  await page.getByRole('dialog').getByText('Сервер недоступен.').waitFor();
  await context.setOffline(false);
  assert.equal(await page.getByLabel('Оплачено').inputValue(), '2026-11-20');
  await page.getByRole('dialog').getByRole('button', { name: 'Отметить оплату' }).click();
  await page.getByText('Готово.').waitFor();
  await context.close();
}

/** A session that ends in the middle: he signs in again in front of his form, and nothing of it is lost. */
async function a_session_that_ends_keeps_the_form(world) {
  const { page, context } = await openWindow(world.browser, { allows: [/401/] });
  const signIn = async () => {
    await page.getByLabel('Электронная почта').fill(OWNER.email);
    await page.getByLabel('Пароль').fill(OWNER.password);
    await page.getByRole('button', { name: 'Войти' }).click();
  };
  await page.goto(`/app/cases/office/purchase/${world.cases[3]}`);
  await signIn();
  await page.getByRole('button', { name: 'Вернуть с замечанием' }).click();
  await page.getByLabel('Замечание руководителя').fill('Почему так дорого?');
  const sessions = await (await context.request.get('/api/sessions')).json();
  const mine = sessions.items.find(({ is_current }) => is_current).id;
  assert.equal((await context.request.delete(`/api/sessions/${mine}`, { headers: { Origin: ADDRESS } })).status(), 204);
  await page.getByRole('dialog').getByRole('button', { name: 'Вернуть с замечанием' }).click();
  await page.getByText('Всё, что вы написали, останется на месте.').waitFor();
  await checkAccessible(page, 'signing in again');
  await signIn();
  await page.getByText('Всё, что вы написали, останется на месте.').waitFor({ state: 'detached' });
  assert.equal(await page.getByLabel('Замечание руководителя').inputValue(), 'Почему так дорого?');
  await page.getByRole('dialog').getByRole('button', { name: 'Вернуть с замечанием' }).click();
  await page.getByText('Готово.').waitFor();
  await page.waitForFunction(() => document.querySelector('.title-row .badge').innerText === 'Возвращена');
  await context.close();
}

/** With the eyes of who has asked: what he sees and could do, nothing to press, and a line in the audit. */
async function others_eyes_see_and_do_nothing(world) {
  const { page, context, complaints } = await openWindow(world.browser, { signedIn: world.signedIn });
  await page.goto(`/app/cases/office/purchase/${world.cases[4]}`);
  await page.getByRole('link', { name: 'Глазами другого' }).click();
  await page.getByLabel('Чьими глазами').waitFor();
  await checkAccessible(page, 'whose eyes');
  await page.getByLabel('Чьими глазами').selectOption('staff');
  await page.getByText('Вы видите то, что видит').waitFor();
  await page.getByRole('heading', { name: WISHES[4][0] }).waitFor();
  await page.getByText('Что он мог бы сделать').waitFor();
  assert.equal(await page.getByRole('main').getByRole('button').count(), 1); // back
  await checkAccessible(page, 'with the eyes of others');
  await until(async () => (await ask('GET', '/api/audit/events?eventType=casework.case_viewed_as')).items
    .some(({ actor, payload }) => JSON.stringify([actor, payload]).includes(world.owner) && JSON.stringify(payload).includes('staff')));
  await page.getByRole('button', { name: 'Назад к своим глазам' }).click();
  await page.getByRole('heading', { name: WISHES[4][0] }).waitFor();
  assert.deepEqual(complaints, []);
  await context.close();
}

export const caseTests = [
  a_case_is_begun_by_a_form, a_disabled_operation_says_why, changes_appear_without_asking,
  a_stale_tab_shows_what_has_changed, what_cannot_be_done_any_more_is_said, the_net_is_lit, a_lost_connection_is_said,
  a_session_that_ends_keeps_the_form, others_eyes_see_and_do_nothing,
];
