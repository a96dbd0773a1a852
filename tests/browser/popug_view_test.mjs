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

const popug_views_in_russian_on_a_desk = (world) => checkViews(world, 'ru', DESK, 'light');
const popug_views_in_english_on_a_phone_by_night = (world) => checkViews(world, 'en', PHONE, 'dark');

export const popugViewTests = [popug_views_in_russian_on_a_desk, popug_views_in_english_on_a_phone_by_night];
