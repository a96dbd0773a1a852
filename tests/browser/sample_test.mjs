// sample_test.mjs - sample data comes in one click and goes in one; a person and a case are forgotten for good.
import assert from 'node:assert/strict';
import { checkAccessible, checkFits, checkSaid, openWindow, PHONE, settle } from './browser.mjs';
import { ask, until } from './house.mjs';

const people = async () => (await ask('GET', '/api/users?limit=200')).items.map(({ email }) => email).sort();
const requests = async () => (await ask('GET', '/api/cases/phoenix?limit=200')).items.map(({ case_id: id }) => id).sort();
const state = async () => (await ask('GET', '/api/sample')).state;

/** Filled, looked at, removed: as if it had never been there. */
async function sample_data_comes_and_goes(world) {
  const before = [await people(), await requests()];
  const { page, context, complaints } = await openWindow(world.browser, { signedIn: world.signedIn });
  await page.goto('/app/house');
  await page.getByRole('button', { name: 'Заполнить для примера' }).click();
  await page.getByText('Здесь есть данные для примера: 12 человек и 7 дел.').first().waitFor();
  await checkAccessible(page, 'sample data');
  assert.equal((await people()).length, before[0].length + 12);
  assert.equal((await requests()).length, before[1].length + 7);
  await page.goto('/app/people');
  await page.getByLabel('Найти по началу имени').fill('елка');
  await page.getByRole('link', { name: /Ёлка Новогодова/ }).waitFor();

  await page.goto('/app/start');
  await settle(page);
  await page.getByText('Некоторые люди и дела здесь выдуманы.').waitFor();
  await checkAccessible(page, 'a start with sample data');
  await page.getByRole('link', { name: 'Данные для примера' }).click();
  const button = page.getByRole('button', { name: 'Убрать данные для примера' });
  await button.focus();
  await page.keyboard.press('Enter'); // without a mouse
  await checkAccessible(page, 'a question before sample data goes');
  await page.keyboard.press('Escape');
  assert.equal(await state(), 'filled');
  await button.click();
  await page.getByRole('dialog').getByRole('button', { name: 'Убрать всё' }).click();
  await page.getByRole('button', { name: 'Заполнить для примера' }).waitFor();
  assert.deepEqual([await people(), await requests()], before);
  await page.goto('/app/start');
  await settle(page);
  assert.equal(await page.getByText('Некоторые люди и дела здесь выдуманы.').count(), 0);
  assert.deepEqual(complaints, []);
  await context.close();
}

/** How far it is stands on the card and on the first page, and goes on wherever one is. */
async function how_far_sample_data_is_can_be_seen(world) {
  const { page, context, complaints } = await openWindow(world.browser, { language: 'en', size: PHONE, theme: 'dark', signedIn: world.signedIn });
  let now = { state: 'filling', people: 12, cases: 7, total: 19, left: 14 };
  await page.route('**/api/sample', (route) => route.fulfill({ json: now }));
  await page.goto('/app/house');
  await page.getByText('5 of 19').waitFor();
  const bar = page.getByRole('progressbar', { name: 'Sample people and cases are being made up.' });
  assert.equal(await bar.getAttribute('value'), '5');
  for (const check of [checkAccessible, checkFits]) await check(page, 'sample data on its way');
  await checkSaid(page, 'en', 'sample data on its way');
  now = { ...now, left: 2 };
  await page.getByText('17 of 19').waitFor(); // by itself
  await page.goto('/app/start');
  await settle(page);
  await page.getByText('Sample people and cases are being made up.').waitFor();
  now = { ...now, state: 'filled', left: 0 };
  await page.getByText('Some people and cases here are made up.').waitFor();
  await checkFits(page, 'a start with sample data');
  now = { ...now, state: 'removing', total: 19, left: 19 };
  await page.getByRole('link', { name: 'Sample data' }).click();
  await page.getByRole('progressbar', { name: 'Sample data is being removed.' }).waitFor();
  now = { ...now, state: 'filled', people: 1, cases: 0, left: 0 }; // somebody would not go
  await page.getByText('Not all of it could be removed. Try again in a moment.').waitFor();
  await page.getByText('This system has sample data: 1 person and 0 cases.').waitFor();
  assert.deepEqual(complaints, []);
  await context.close();
}

/** Offered at the end of the set-up, to who wants it. The house has an owner already, so that much is made up. */
async function a_set_up_offers_sample_data(world) {
  const { page, context } = await openWindow(world.browser, { language: 'en', size: PHONE, signedIn: world.signedIn });
  await page.route('**/api/setup', (route) => (route.request().method() === 'GET'
    ? route.fulfill({ json: { needed: true, code_needed: false } }) : route.fulfill({ status: 204 })));
  await page.goto('/');
  await page.getByLabel('Your name').fill('Olga');
  await page.getByLabel('E-mail').fill('olga@demo.example');
  await page.getByLabel('Password').fill('seven cats on a roof');
  await page.locator('form button[type=submit]').click();
  const box = page.getByLabel('Fill with sample people and cases');
  await box.waitFor();
  assert.equal(await box.isChecked(), false);
  await box.check();
  for (const check of [checkAccessible, checkFits]) await check(page, 'the choice of sample data');
  await page.unroute('**/api/setup');
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.getByRole('heading', { name: 'Hello' }).waitFor();
  await until(async () => (await state()) === 'filled');
  await page.getByText('Some people and cases here are made up.').waitFor();
  await ask('DELETE', '/api/sample');
  await until(async () => (await state()) === 'none');
  await context.close();
}

/** Only who is kept out, and only what is over; each with a question that says what goes and what stays. */
async function a_person_and_a_case_are_forgotten(world) {
  const { id } = await ask('POST', '/api/users', { full_name: 'Зоя Забытая', email: 'zoya@demo.example', type: 'client' });
  const caseId = await world.colleague.do('ask', { item: 'Забытая лампа', price: '990.00', needed_by: '2031-12-05' });
  const { page, context, complaints } = await openWindow(world.browser, { signedIn: world.signedIn, allows: [/404/] });
  const forget = page.getByRole('button', { name: 'Забыть', exact: true });
  const sure = page.getByRole('dialog').getByRole('button', { name: 'Забыть навсегда' });
  await page.goto(`/app/people/${id}`);
  await page.getByRole('button', { name: 'Заблокировать' }).waitFor();
  assert.equal(await forget.count(), 0);
  await ask('POST', `/api/users/${id}/block`, {});
  await page.reload();
  await forget.click();
  await page.getByText('журнал аудита останутся, под номером').waitFor();
  await checkAccessible(page, 'a question before a person is forgotten');
  await sure.click();
  await page.getByText('Человек забыт.').waitFor();
  assert.ok(!(await people()).includes('zoya@demo.example'));

  await page.goto(`/app/mend/casework/${caseId}`);
  await page.getByRole('button', { name: 'Отменить дело' }).waitFor();
  assert.equal(await forget.count(), 0);
  await ask('POST', `/api/cases/casework/${caseId}/move`, { places: ['declined'], reason: 'не нужна' });
  await page.reload();
  await forget.click();
  await checkAccessible(page, 'a question before a case is forgotten');
  await sure.click();
  await page.getByText('Дело забыто.').waitFor();
  await assert.rejects(ask('GET', `/api/cases/casework/${caseId}`), /404/);
  assert.deepEqual(complaints, []);
  await context.close();
}

export const sampleTests = [
  sample_data_comes_and_goes, how_far_sample_data_is_can_be_seen, a_set_up_offers_sample_data, a_person_and_a_case_are_forgotten,
];
