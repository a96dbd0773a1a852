// popug_test.mjs - the task board: a task falls on somebody, is finished, is shuffled; and the proof of it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { checkAccessible, checkFits, openWindow, PHONE, settle } from './browser.mjs';
import { createFor, furnishBoard } from './popug_house.mjs';

async function open(world, path, more = {}) {
  const window = await openWindow(world.browser, { signedIn: world.signedIn, ...more });
  await window.page.goto(path);
  await settle(window.page);
  return window;
}

async function popugs_come_to_work(world) {
  world.popugs = await furnishBoard(world.owner);
}

/** D30, D36: written, and at once it is said on whom it fell; an empty one is not sent. */
async function a_new_task_falls_on_somebody_at_once(world) {
  const { page, context, complaints } = await open(world, '/app/popug/my');
  await page.getByRole('navigation').getByRole('link', { name: 'Мои задачи' }).waitFor();
  await page.getByRole('button', { name: 'Новая задача' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Создать' }).click();
  await dialog.getByText('Заполните это поле.').waitFor();
  await dialog.getByLabel('Задача').fill('Посчитать перья');
  await dialog.getByLabel('Что нужно сделать').fill('Все до одного.');
  await checkAccessible(page, 'a new task');
  await dialog.getByRole('button', { name: 'Создать' }).click();
  await dialog.getByText(/^Досталась/).waitFor();
  assert.match(await dialog.innerText(), /списано 1\d|списано 20/);
  await checkAccessible(page, 'on whom it fell');
  await dialog.getByRole('button', { name: 'Ещё одну' }).click();
  assert.equal(await dialog.getByLabel('Задача').inputValue(), '');
  assert.deepEqual(complaints, []);
  await context.close();
}

/** D31: what falls on me appears by itself; done says what it pays before, and is over for good. */
async function mine_appears_and_is_finished(world) {
  const { me, ivan } = world.popugs;
  const { page, context, complaints } = await open(world, '/app/popug/my', { size: PHONE });
  const [item] = await createFor(me, ivan, 1, 'Накрыть клетку на ночь');
  const row = page.locator('.popug-mine').filter({ hasText: 'Накрыть клетку на ночь' });
  await row.getByRole('button', { name: 'Сделано…' }).click();
  const dialog = page.getByRole('dialog');
  const pays = item.reward_minor / 100;
  await dialog.getByText(`Вы получите ${pays}`).waitFor();
  await checkAccessible(page, 'is it done');
  await checkFits(page, 'is it done');
  await dialog.getByRole('button', { name: `Сделано · +${pays}` }).click();
  await row.waitFor({ state: 'detached' });
  assert.equal((await me.ask('GET', `/api/tasks/${item.id}`)).status, 'done');
  await page.getByRole('button', { name: 'Сделанные' }).click();
  await page.getByRole('link', { name: 'Накрыть клетку на ночь' }).click();
  await page.getByRole('heading', { name: 'Накрыть клетку на ночь' }).waitFor();
  assert.equal(await page.getByRole('button', { name: /^Сделано/ }).count(), 0);
  assert.deepEqual(complaints, []);
  await context.close();
}

/** Found by words, state and person; several of mine are finished together, and only mine can be chosen. */
async function all_are_found_and_several_finished(world) {
  const { me, ivan } = world.popugs;
  await createFor(me, ivan, 3, 'Подмести перья');
  const { page, context, complaints } = await open(world, '/app/popug/board');
  await page.getByLabel('Слова в названии').fill('подмести');
  await page.waitForFunction(() => [...document.querySelectorAll('tbody tr')].every((row) => row.innerText.includes('Подмести перья')));
  await page.getByLabel('Чья').selectOption('Вы');
  await page.waitForFunction(() => document.querySelectorAll('tbody tr').length === 3);
  assert.match(page.url(), /assignee=me/);
  for (const box of await page.getByLabel('Выбрать «Подмести перья»').all()) await box.check();
  await page.getByText('3 задачи · +').waitFor();
  await checkAccessible(page, 'several chosen');
  await page.getByRole('button', { name: 'Сделано…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: /^Сделано · / }).click();
  await page.getByText(/^Сделано 3 задачи: \+/).waitFor();
  await page.getByRole('button', { name: 'Открытые' }).click();
  await page.getByText('Таких нет.').waitFor();
  await page.getByLabel('Слова в названии').fill('');
  await page.getByLabel('Чья').selectOption('Иван Перьев');
  await page.getByRole('button', { name: 'Все', exact: true }).click();
  await page.waitForFunction(() => {
    const whose = [...document.querySelectorAll('tbody td:nth-child(3)')].map((cell) => cell.innerText);
    return whose.length > 0 && whose.every((name) => name === 'Иван Перьев');
  });
  assert.equal(await page.locator('tbody input').count(), 0, 'of another one nothing can be chosen');
  await page.getByRole('button', { name: 'Доска' }).click();
  await page.locator('.board .column').first().waitFor();
  await checkAccessible(page, 'the board');
  await page.getByRole('button', { name: 'Таблица' }).click();
  assert.deepEqual(complaints, []);
  await context.close();
}

/** What was shuffled away is refused in words of the board, not by a number. */
async function what_is_not_mine_any_more_is_said(world) {
  const { me, ivan } = world.popugs;
  const [item] = await createFor(me, ivan, 1, 'Уже чужая');
  const { page, context } = await open(world, '/app/popug/my', { allows: [/409/] });
  await page.route('**/events', (route) => route.abort());
  await page.reload();
  await settle(page);
  await me.finish(item.id);
  await page.getByRole('listitem').filter({ hasText: 'Уже чужая' }).getByRole('button', { name: 'Сделано…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: /^Сделано · / }).click();
  await page.getByRole('dialog').getByText('Она уже сделана.').waitFor();
  await context.close();
}

/** D37: pressed by who may; the draw is computed anew in the browser, and one that was tampered with is found. */
async function a_shuffle_is_checked_in_the_browser(world) {
  const { page, context, complaints } = await open(world, '/app/popug/shuffles');
  const commitment = await page.locator('code.secret').innerText();
  await page.getByRole('button', { name: 'Перемешать' }).click();
  await checkAccessible(page, 'a shuffle asked');
  await page.getByRole('dialog').getByRole('button', { name: 'Перемешать' }).click();
  await page.getByRole('button', { name: 'Проверить здесь' }).click();
  await page.getByText('Проверено здесь: верно').waitFor();
  await page.getByText('Этот браузер видел отпечаток до нажатия').waitFor();
  assert.ok((await page.locator('.values').innerText()).includes(commitment), 'it is the one that was shown before');
  await checkAccessible(page, 'a proof');
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Сохранить доказательство' }).click()]);
  const said = spawnSync(process.env.KONTORA_PROGRAM, ['shuffle', 'verify', await file.path(), '--commitment', commitment], { encoding: 'utf8' });
  assert.match(said.stdout, /^Right: \d+ tasks fell on 4 people as the seed says\.\n$/, said.stderr);
  const [, draw] = page.url().match(/shuffles\/(.+)$/);
  await page.route('**/results', async (route) => {
    const answer = await (await route.fetch()).json();
    const [one, other] = [answer.items[0], world.popugs.all.find(({ id }) => id !== answer.items[0].person_id)];
    one.person_id = other.id;
    await route.fulfill({ json: answer });
  });
  await page.getByRole('button', { name: 'Проверить здесь' }).click();
  await page.getByText('Проверено здесь: неверно').waitFor();
  await page.getByText('1 задача досталась не как должна.').waitFor();
  await page.unroute('**/results');
  await page.route(`**/api/shuffles/${draw}`, async (route) => {
    const answer = await (await route.fetch()).json();
    await route.fulfill({ json: { ...answer, seed: answer.seed.replace(/^./, (digit) => (digit === '0' ? '1' : '0')) } });
  });
  await page.reload();
  await page.getByRole('button', { name: 'Проверить здесь' }).click();
  await page.getByText('SHA-256 зерна не совпадает с отпечатком.').waitFor();
  assert.deepEqual(complaints, []);
  await context.close();
}

export const popugTests = [
  popugs_come_to_work, a_new_task_falls_on_somebody_at_once, mine_appears_and_is_finished, all_are_found_and_several_finished,
  what_is_not_mine_any_more_is_said, a_shuffle_is_checked_in_the_browser,
];
