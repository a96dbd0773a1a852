// start_test.mjs - the first page after signing in: C18, C32; what waits, what was told, who does not answer.
import assert from 'node:assert/strict';
import { checkAccessible, checkFits, openWindow, PHONE, settle } from './browser.mjs';
import { ask } from './house.mjs';

const waits = (page) => page.locator('.tile', { hasText: 'Что ждёт' }).locator('.figure').innerText().then(Number);

/** At the bare address one is where a day begins; what a colleague asks for is counted by itself. */
async function a_day_begins_with_what_waits(world) {
  const { page, context, complaints } = await openWindow(world.browser, { signedIn: world.signedIn });
  await page.goto('/');
  await page.getByRole('heading', { name: 'Здравствуйте, Ольга Волкова' }).waitFor();
  await settle(page);
  assert.equal(new URL(page.url()).pathname, '/app/start');
  const before = await waits(page);
  assert.ok(before >= 3, before);
  await page.getByRole('region', { name: 'Ваши процессы' }).getByRole('link', { name: /Закупка роль: Офис/ }).waitFor();
  await world.colleague.do('ask', { item: 'Лампа', price: '990.00', needed_by: '2031-12-05' });
  await page.waitForFunction((were) => Number(document.querySelector('.tile .figure').innerText) > were, before);
  await checkAccessible(page, 'start');
  await page.locator('.tile', { hasText: 'Что ждёт' }).click();
  await page.getByRole('heading', { name: 'Входящие' }).waitFor();
  assert.deepEqual(complaints, []);
  await context.close();
}

/** Who is new here is told what comes next, on a phone, too. */
async function a_new_person_is_told_what_comes_next(world) {
  const email = `new.${Math.random().toString(36).slice(2, 8)}@demo.example`;
  const { activation_link: link } = await ask('POST', '/api/invitations', { full_name: 'Новая Нина', email, roles: [], locale: 'en' });
  const { page, context, complaints } = await openWindow(world.browser, { language: 'en', size: PHONE, theme: 'dark', allows: [/401/] });
  await page.goto(link);
  await page.getByLabel('Password').fill('seven fridays in a week');
  await page.getByRole('button', { name: 'Come in', exact: true }).click();
  await page.getByRole('heading', { name: 'Hello, Новая Нина' }).waitFor();
  await settle(page);
  await page.getByText('You take part in nothing yet').waitFor();
  await page.getByText('What concerns you is told here.').waitFor();
  await checkAccessible(page, 'the start of a new person');
  await checkFits(page, 'the start of a new person');
  assert.deepEqual(complaints, []);
  await context.close();
}

/** What a service said before it went away is shown as old; of what is missing it is said who does not answer. */
async function an_old_part_says_its_age(world) {
  const { page, context } = await openWindow(world.browser, { signedIn: world.signedIn });
  await page.route('**/api/dashboard/start', async (route) => {
    const answer = await route.fetch();
    const said = await answer.json();
    Object.assign(said.parts.waiting_casework, { stale: true, age_seconds: 130 });
    said.parts.inbox = { missing: true, why: 'unavailable' };
    await route.fulfill({ response: answer, json: said });
  });
  await page.goto('/app/start');
  await page.getByText('не отвечает; так было 2 минуты назад').waitFor();
  await page.getByRole('region', { name: 'Новые сообщения' }).getByText('не отвечает').waitFor();
  await page.getByRole('link', { name: /Закупка роль: Офис/ }).waitFor(); // what was said is there all the same
  await checkAccessible(page, 'a start with old parts');
  await context.close();
}

export const startTests = [a_day_begins_with_what_waits, a_new_person_is_told_what_comes_next, an_old_part_says_its_age];
