// view_test.mjs - every view in both languages, on a phone and on a desk, light and dark: it can be used by
// everybody, fits the window, says everything, and the browser has nothing to complain about.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { checkAccessible, checkFits, checkSaid, DESK, openWindow, PHONE, settle } from './browser.mjs';
import { ask, Participant, until } from './house.mjs';

const views = (world) => [
  '/app/start', '/app/inbox', '/app/cases', '/app/cases/office/purchase', `/app/cases/office/purchase/${world.cases[0]}`,
  `/app/cases/staff/purchase/${world.cases[0]}`, '/app/cases/staff/purchase/new/ask', '/app/workflows',
  '/app/workflows/casework/purchase', '/app/workflows/check', '/app/workflows/incidents', `/app/mend/casework/${world.cases[0]}`, `/app/view/casework/${world.cases[0]}`,
  '/app/operations', '/app/messages', '/app/templates', '/app/audit', '/app/people', `/app/people/${world.petr}`, '/app/people/roles', '/app/profile',
  '/app/programs', '/app/webhooks', '/app/schedules', '/app/house', '/app/nowhere',
];

async function checkViews(world, language, size, theme) {
  const { page, context, complaints } = await openWindow(world.browser, { language, size, theme, signedIn: world.signedIn, allows: [/404/] });
  for (const path of views(world)) {
    await page.goto(path);
    await settle(page);
    await checkAccessible(page, path);
    await checkFits(page, path);
    await checkSaid(page, language, path);
    assert.deepEqual(complaints, [], path);
    const folder = process.env.KONTORA_TEST_LOOK; // every view, for whoever wants to look at it
    if (folder) {
      mkdirSync(folder, { recursive: true });
      const name = path.replace(/[0-9a-f-]{36}/, 'one').slice(5).replaceAll('/', '_');
      await page.screenshot({ path: join(folder, `${name}_${language}.png`), fullPage: true });
    }
  }
  await context.close();
}

const views_in_russian_on_a_desk = (world) => checkViews(world, 'ru', DESK, 'light');
const views_in_english_on_a_phone_by_night = (world) => checkViews(world, 'en', PHONE, 'dark');

/** A definition that could get stuck is refused with the way there; a sound one is drawn. */
async function a_pasted_definition_is_judged(world) {
  const { page, context } = await openWindow(world.browser, { signedIn: world.signedIn });
  const { text } = await ask('GET', '/api/workflows/casework/purchase');
  await page.goto('/app/workflows/check');
  await page.getByLabel('Описание').fill(text);
  await page.getByRole('button', { name: 'Проверить' }).click();
  await page.getByText('Всё в порядке').waitFor();
  await page.getByLabel('Описание').fill(text.replace('from: [ordered, paid], to: on_the_way', 'from: ordered, to: on_the_way'));
  await page.getByRole('button', { name: 'Проверить' }).click();
  await page.getByText(/Не так \d/).waitFor();
  await page.getByRole('img', { name: /схема/ }).waitFor();
  await checkAccessible(page, 'a verdict');
  await context.close();
}

/** What would become of each open case is said before anything moves; then those move that can. */
async function cases_move_to_another_version(world) {
  const asked = [];
  for (const name of ['Анна', 'Борис', 'Вера']) asked.push(await world.colleague.do('ask_pass', { name }, null, 'pass'));
  const office = new Participant(world.owner, 'office');
  await office.do('photograph', {}, asked[2], 'pass');
  const { page, context } = await openWindow(world.browser, { signedIn: world.signedIn });
  await page.goto('/app/workflows/casework/pass');
  await settle(page);
  await page.getByRole('button', { name: 'Перевести сюда другие 1' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('перейти могут 2; пока ничего не сделано').waitFor();
  await checkAccessible(page, 'a plan');
  assert.match(await dialog.innerText(), /photographed[^]*остаётся/);
  await dialog.getByRole('button', { name: 'Перевести 2 дела' }).click();
  await page.getByRole('region', { name: 'Выполняется' }).getByText('Сделано: 2.').waitFor();
  const versions = (await ask('GET', '/api/workflows/casework')).items.filter(({ workflow }) => workflow === 'pass');
  assert.deepEqual(Object.fromEntries(versions.map(({ version, open }) => [version, open])), { 1: 2, 2: 1 });
  await context.close();
}

/** What one has done stands in the record a moment later, with his name. */
async function the_record_tells_who_did_what(world) {
  await until(async () => (await ask('GET', '/api/audit/events?eventType=users.created')).items.some(({ payload }) => JSON.stringify(payload).includes('petr@')));
  const { page, context } = await openWindow(world.browser, { signedIn: world.signedIn });
  await page.goto('/app/audit');
  await page.getByLabel('Что произошло').fill('users.created');
  await page.getByRole('row', { name: /users.created root/ }).getByRole('button').click();
  await page.getByRole('dialog').getByText('petr@demo.example').waitFor();
  await checkAccessible(page, 'a record');
  await page.keyboard.press('Escape');
  await page.getByLabel('Что произошло').fill('users.eaten');
  await page.getByText('Таких записей нет').waitFor();
  await context.close();
}

/** Who is blocked is told so at the next step; a change of a role can be taken back. */
async function people_are_looked_after(world) {
  const { page, context } = await openWindow(world.browser, { signedIn: world.signedIn });
  await page.goto('/app/people');
  await page.getByLabel('Найти по началу имени').fill('петр');
  await page.getByRole('link', { name: /Пётр Сёмин/ }).click();
  await page.getByLabel('Роли').fill('staff, office');
  await page.getByRole('button', { name: 'Сохранить' }).click();
  await page.getByText('Сохранено.').waitFor();
  assert.deepEqual((await ask('GET', `/api/users/${world.petr}`)).roles, ['staff', 'office']);
  await page.getByRole('button', { name: 'Вернуть' }).click();
  await page.waitForFunction(() => document.querySelectorAll('.title-row .badge').length === 1);
  assert.deepEqual((await ask('GET', `/api/users/${world.petr}`)).roles, ['staff']);
  await page.getByRole('button', { name: 'Заблокировать' }).click();
  await page.getByRole('dialog').getByLabel('Причина').fill('Уволился');
  await page.getByRole('dialog').getByRole('button', { name: 'Заблокировать' }).click();
  await page.getByText('Уволился').waitFor();
  await page.getByRole('button', { name: 'Впустить снова' }).click();
  await page.getByRole('button', { name: 'Заблокировать' }).waitFor();
  await context.close();
}

/** A language and a theme stay chosen. */
async function what_was_chosen_stays(world) {
  const { page, context } = await openWindow(world.browser, { signedIn: world.signedIn });
  await page.goto('/app/profile');
  await page.getByRole('button', { name: 'English' }).click();
  await page.getByRole('button', { name: 'Dark' }).click();
  await page.reload();
  await page.getByRole('heading', { name: 'Profile' }).waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark');
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'en');
  await page.getByRole('button', { name: 'Русский' }).click();
  await page.getByRole('heading', { name: 'Профиль' }).waitFor();
  await context.close();
}

const PAPER = { width: 1160, height: 780 };

const TOLD = [
  ['accounts.payout', { day: '2031-11-20', amount: '41.50', currency: 'USD' }],
  ['phoenix.received', { company: 'ООО Ромашка', status: 'На проверке', link: '/app/phoenix/request' }],
  ['accounts.payout', { day: '2031-11-21', amount: '28.00', currency: 'USD' }],
];

/** Only when asked for: the pictures of docs/web.md. */
async function pictures_of_the_manual(world) {
  for (const [template, payload] of TOLD) await ask('POST', '/api/notifications', { recipient_id: world.owner, template, payload, channel: 'inbox' });
  const asOwner = { 'Kontora-Person': world.owner };
  await until(async () => (await ask('GET', '/api/inbox/unread', undefined, asOwner)).unread >= TOLD.length);
  const folder = process.env.KONTORA_TEST_PICTURES;
  mkdirSync(folder, { recursive: true });
  const wanted = [
    ['web_start', '/app/start', { language: 'ru', size: PAPER }],
    ['web_case', `/app/cases/office/purchase/${world.cases[0]}`, { language: 'en', size: PAPER }],
    ['web_inbox', '/app/inbox', { language: 'ru', theme: 'dark', size: PAPER }],
    ['web_phone', `/app/cases/office/purchase/${world.cases[3]}`, { language: 'ru', size: PHONE }],
  ];
  for (const [name, path, how] of wanted) {
    const { page, context } = await openWindow(world.browser, { ...how, signedIn: world.signedIn });
    await page.goto(path);
    await settle(page);
    await page.screenshot({ path: join(folder, `${name}.png`) });
    await context.close();
  }
}

export const viewTests = [
  views_in_russian_on_a_desk, views_in_english_on_a_phone_by_night, a_pasted_definition_is_judged, cases_move_to_another_version,
  the_record_tells_who_did_what, people_are_looked_after, what_was_chosen_stays,
];
export const pictureTests = process.env.KONTORA_TEST_PICTURES ? [pictures_of_the_manual] : [];
