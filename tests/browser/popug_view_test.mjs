// popug_view_test.mjs - every view of the task board in both languages, on a phone and on a desk, light and dark.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { checkAccessible, checkFits, checkSaid, DESK, openWindow, PHONE, settle } from './browser.mjs';

async function views(world) {
  const { me } = world.popugs;
  const draws = (await me.ask('GET', '/api/shuffles')).items;
  const [item] = (await me.ask('GET', '/api/tasks?limit=1')).items;
  return [
    '/app/popug/my', '/app/popug/board', `/app/popug/tasks/${item.id}`, '/app/popug/shuffles', `/app/popug/shuffles/${draws[draws.length - 1].id}`,
    '/app/popug/account', `/app/popug/accounts/${world.popugs.ivan.id}`, '/app/popug/totals', '/app/popug/payouts', '/app/popug/analytics',
  ];
}

async function checkViews(world, language, size, theme) {
  const { page, context, complaints } = await openWindow(world.browser, { language, size, theme, signedIn: world.signedIn });
  for (const path of await views(world)) {
    await page.goto(path);
    await settle(page);
    await checkAccessible(page, path);
    await checkFits(page, path);
    await checkSaid(page, language, path);
    assert.deepEqual(complaints, [], path);
    const folder = process.env.KONTORA_TEST_LOOK; // every view, for whoever wants to look at it
    if (folder) {
      mkdirSync(folder, { recursive: true });
      const name = path.split('/').slice(3, 4).join('') + (path.split('/').length > 4 ? '_one' : '');
      await page.screenshot({ path: join(folder, `${name}_${language}.png`), fullPage: size === PHONE });
    }
  }
  await context.close();
}

/** Side by side: most of it is waiting for the browser's looking. */
const popug_views_on_a_desk_and_on_a_phone = (world) => Promise.all([
  checkViews(world, 'ru', DESK, 'light'), checkViews(world, 'en', PHONE, 'dark'),
]);

const PAPER = { width: 1160, height: 780 };

/** Only when asked for: the pictures of docs/popug.md. */
async function pictures_of_popug(world) {
  const folder = process.env.KONTORA_TEST_PICTURES;
  const [draw] = (await world.popugs.me.ask('GET', '/api/shuffles')).items.filter(({ status }) => status === 'done');
  const wanted = [
    ['popug_proof', `/app/popug/shuffles/${draw.id}`, { language: 'en', size: PAPER }],
    ['popug_board', '/app/popug/board', { language: 'ru', size: PAPER, theme: 'dark' }],
    ['popug_account', '/app/popug/account', { language: 'ru', size: PHONE }],
  ];
  for (const [name, path, how] of wanted) {
    const { page, context } = await openWindow(world.browser, { ...how, signedIn: world.signedIn });
    await page.goto(path);
    await settle(page);
    if (name === 'popug_board') await page.getByRole('button', { name: 'Доска' }).click();
    if (name === 'popug_proof') {
      await page.getByRole('button', { name: 'Check here' }).click();
      await page.getByText('Checked here: right').waitFor();
      await page.mouse.wheel(0, 170);
    }
    await page.screenshot({ path: join(folder, `${name}.png`) });
    await context.close();
  }
}

export const popugPictureTests = process.env.KONTORA_TEST_PICTURES ? [pictures_of_popug] : [];
export const popugViewTests = [popug_views_on_a_desk_and_on_a_phone];
