// popug_money_test.mjs - the money of the task board on screen: why, how much, on its way, and what is not known.
import assert from 'node:assert/strict';
import { checkAccessible, openWindow, PHONE, settle } from './browser.mjs';
import { ask, until } from './house.mjs';
import { createFor, settled, TITLES } from './popug_house.mjs';

async function open(world, path, more = {}) {
  const window = await openWindow(world.browser, { signedIn: world.signedIn, ...more });
  await window.page.goto(path);
  await settle(window.page);
  return window;
}

/** Everybody has done everything, and has more than nothing. */
async function earn({ ivan, all }) {
  for (;;) {
    for (const one of all) {
      for (const item of await one.open()) await one.finish(item.id);
    }
    await settled(all);
    const balances = await Promise.all(all.map((one) => one.balance()));
    if (balances.every((balance) => balance > 0)) return;
    for (const title of TITLES) await ivan.create(title);
  }
}

/** D34, D40: each line says why, day by day; what happens meanwhile appears by itself; and it opens as a table. */
async function an_account_says_why(world) {
  const { me, ivan } = world.popugs;
  const { page, context, complaints } = await open(world, '/app/popug/account', { size: PHONE });
  const [item] = await createFor(me, ivan, 1, 'Сосчитать зёрна');
  await page.getByText('Списание за задачу Сосчитать зёрна').waitFor();
  await me.finish(item.id);
  await page.getByText('Награда за задачу Сосчитать зёрна').waitFor();
  await checkAccessible(page, 'an account');
  await until(async () => {
    const [line] = (await me.ask('GET', '/api/accounts/me/entries?limit=1')).items;
    return line.about_id === item.id && line.kind === 'task_reward';
  });
  const { balance_minor: balance } = await me.ask('GET', '/api/accounts/me');
  await page.reload();
  await settle(page);
  const shown = (await page.locator('.tile .figure').first().innerText()).replace(/[\s$]/g, '').replace('−', '-');
  assert.equal(Number(shown.replace(',', '.')), balance / 100);
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'CSV' }).click()]);
  assert.equal(file.suggestedFilename(), 'statement-31.csv');
  const table = await (await context.request.get('/api/accounts/me/statement.csv')).text();
  assert.match(table, /^\uFEFFat,kind,why,title,amount,balance,currency,about_id\r\n/);
  assert.match(table, /task_reward,"reward for task ""Сосчитать зёрна""",Сосчитать зёрна,/);
  assert.deepEqual(complaints, []);
  await context.close();
}

/** D40: totals by day are for the accountant, and so is each account; who owes is found. */
async function totals_lead_to_accounts(world) {
  const { anna } = world.popugs;
  const { page, context, complaints } = await open(world, '/app/popug/totals');
  await page.getByRole('row', { name: /^Вместе/ }).waitFor();
  await page.getByRole('link', { name: /Анна Хохлова/ }).click();
  await page.getByRole('heading', { name: 'Анна Хохлова', level: 1 }).waitFor();
  await settle(page);
  const { balance_minor: balance } = await anna.ask('GET', '/api/accounts/me');
  const shown = (await page.locator('.tile .figure').first().innerText()).replace(/[\s$]/g, '').replace('−', '-');
  assert.equal(Number(shown.replace(',', '.')), balance / 100);
  await page.getByRole('link', { name: 'Бухгалтерия' }).first().click();
  await page.getByRole('button', { name: 'В минусе' }).click();
  await until(async () => {
    const owing = (await ask('GET', '/api/accounts?owing=true')).items.length;
    return (await page.locator('.rows a.item').count()) === owing;
  });
  assert.deepEqual(complaints, []);
  await context.close();
}

/** D39, D48: paid out; what the bank refuses, what it has not answered and what nobody can be paid is shown, and put right. */
async function payouts_come_to_an_end(world) {
  const { me, noah } = world.popugs;
  await earn(world.popugs);
  world.bank.refused.add('40817810000000000002'); // Ivan's
  world.bank.lost.add('40817810000000000003'); // Anna's
  await ask('PATCH', `/api/users/${noah.id}`, { requisite: { bank_account: 'nowhere' } });
  const { page, context, complaints } = await open(world, '/app/popug/payouts');
  await page.getByText('Выплат пока не было').waitFor();
  await page.getByRole('button', { name: 'Выплатить сейчас' }).click();
  await checkAccessible(page, 'a payout asked');
  await page.getByRole('dialog').getByRole('button', { name: 'Выплатить' }).click();
  await page.getByRole('row', { name: /^Вы .*выплачено/ }).waitFor();
  await page.getByRole('row', { name: /^Иван Перьев There is no such account.*отказано/ }).waitFor();
  const lost = page.getByRole('listitem').filter({ hasText: 'Анна Хохлова' });
  const stuck = page.getByRole('listitem').filter({ hasText: 'Noah Beak' });
  await lost.getByText('неизвестно').waitFor();
  await stuck.getByText('некуда платить').waitFor();
  await checkAccessible(page, 'payouts');
  await ask('PATCH', `/api/users/${noah.id}`, { requisite: { bank_account: '40817810000000000004' } });
  await stuck.getByRole('button', { name: 'Проверить снова' }).click();
  await page.getByRole('row', { name: /^Noah Beak.*выплачено/ }).waitFor();
  world.bank.lost.clear();
  await lost.getByRole('button', { name: 'Спросить банк сейчас' }).click();
  await page.getByRole('row', { name: /^Анна Хохлова.*выплачено/ }).waitFor();
  await stuck.waitFor({ state: 'detached' });
  assert.equal(world.bank.paid.size, 3, 'each once');
  await page.goto('/app/popug/account');
  await page.getByText(/^Выплата за/).waitFor();
  assert.equal(await me.balance(), 0);
  assert.deepEqual(complaints, []);
  await context.close();
}

/** D41: earned today, who is in the red, and the dearest finished task of the day, the week and the month. */
async function the_morning_is_answered(world) {
  const { me } = world.popugs;
  const said = await ask('GET', '/api/analytics');
  const { page, context, complaints } = await open(world, '/app/popug/analytics');
  await page.getByText('Самая дорогая за месяц').waitFor();
  const links = await page.locator('.tile a').evaluateAll((found) => found.map((one) => one.getAttribute('href')));
  assert.deepEqual(links, Array(3).fill(`/app/popug/tasks/${said.dearest_of_day_id}`), 'the house is of today');
  assert.equal((await me.ask('GET', `/api/tasks/${said.dearest_of_day_id}`)).status, 'done');
  await page.getByRole('button', { name: '92 дня' }).click();
  await page.waitForFunction(() => document.querySelectorAll('.popug-bars .column').length === 184);
  assert.deepEqual(complaints, []);
  await context.close();
}

export const popugMoneyTests = [an_account_says_why, totals_lead_to_accounts, payouts_come_to_an_end, the_morning_is_answered];
