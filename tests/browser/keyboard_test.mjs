// keyboard_test.mjs - everything without a mouse, on a Russian keyboard too.
import assert from 'node:assert/strict';
import { checkAccessible, openWindow, settle } from './browser.mjs';

/** Ctrl-K finds what one can reach and begin; Escape gives the focus back. */
async function the_palette_finds_and_does(world) {
  const { page, context } = await openWindow(world.browser, { signedIn: world.signedIn });
  await page.goto('/app/inbox');
  await settle(page);
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').waitFor();
  await checkAccessible(page, 'the palette');
  await page.keyboard.type('попрос');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Попросить купить' }).waitFor();
  await page.keyboard.press('Escape');
  await page.locator('main').focus();
  await page.keyboard.press('?');
  await page.getByRole('dialog').waitFor();
  await checkAccessible(page, 'the sheet of keys');
  await page.keyboard.press('Escape');
  assert.equal(await page.locator('dialog[open]').count(), 0);
  await context.close();
}

/** J and K walk through a list, Enter opens; the same keys with Cyrillic letters on them. */
async function letters_walk_through_a_list(world) {
  const { page, context } = await openWindow(world.browser, { signedIn: world.signedIn });
  await page.goto('/app/cases/office/purchase?open=all');
  await settle(page);
  const names = await page.locator('[data-walk]').allInnerTexts();
  assert.ok(names.length > 3, names);
  const focused = () => page.evaluate(() => document.activeElement.innerText);
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  assert.equal(await focused(), names[1]);
  await page.keyboard.press('k');
  assert.equal(await focused(), names[0]);
  await page.evaluate(() => window.dispatchEvent(new KeyboardEvent('keydown', { code: 'KeyJ', key: 'о' })));
  assert.equal(await focused(), names[1]);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: names[1] }).waitFor();
  await context.close();
}

/** The first stop of Tab leads past the menu; a form is filled in and sent without a mouse. */
async function a_form_is_done_by_keys_alone(world) {
  const { page, context } = await openWindow(world.browser, { signedIn: world.signedIn, language: 'en' });
  await page.goto('/app/cases/staff/purchase/new/ask');
  await settle(page);
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.innerText), 'Skip to the content');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'main');
  const reach = async (name) => {
    for (let i = 0; i < 20; i++) {
      await page.keyboard.press('Tab');
      if (await page.evaluate((wanted) => document.activeElement.labels?.[0]?.innerText.startsWith(wanted) || document.activeElement.innerText === wanted, name)) return;
    }
    assert.fail(`Tab does not reach ${name}`);
  };
  await reach('What to buy');
  await page.keyboard.type('A stapler');
  await reach('Price');
  await page.keyboard.type('350');
  await reach('Needed by');
  for (const key of ['ArrowUp', 'Tab', 'ArrowUp', 'Tab', 'ArrowUp']) await page.keyboard.press(key); // its three parts
  await reach('Ask to buy');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'A stapler' }).waitFor();
  await settle(page);
  assert.match(await page.locator('.values').innerText(), /₽350/);
  await context.close();
}

export const keyboardTests = [the_palette_finds_and_does, letters_walk_through_a_list, a_form_is_done_by_keys_alone];
