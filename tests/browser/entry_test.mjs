// entry_test.mjs - other ways in: an invitation, a code from a letter, a second factor; keys for programs.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkAccessible, openWindow, settle } from './browser.mjs';
import { ADDRESS, OWNER, until } from './house.mjs';
import { decode } from './qr_test.mjs';

const MARIA = { name: 'Мария Ким', email: 'maria@demo.example', password: 'осень пахнет яблоками' };

/** RFC 6238 with the usual six digits and half a minute, as an authenticator app does it. */
function codeOf(secret) {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...secret.replace(/\s/g, '')].map((letter) => letters.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const hash = createHmac('sha1', key).update(step).digest();
  const at = hash[19] & 15;
  return String((hash.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

/** Asked in by the owner; the link shows who is meant, and is good once. Afterwards the browser knows him. */
async function an_invitation_lets_in_once(world) {
  const owner = await openWindow(world.browser, { signedIn: world.signedIn });
  await owner.page.goto('/app/people');
  await owner.page.getByRole('button', { name: 'Добавить человека' }).click();
  await owner.page.getByLabel('Имя').fill(MARIA.name);
  await owner.page.getByLabel('Электронная почта').fill(MARIA.email);
  await checkAccessible(owner.page, 'adding a person');
  await owner.page.getByRole('dialog').getByRole('button', { name: 'Добавить человека' }).click();
  const link = await owner.page.locator('code.secret').innerText();
  await owner.context.close();
  await until(() => world.letters.some(({ to, text }) => to === MARIA.email && text.includes(link.split('#')[1])));

  const { page, context, complaints } = await openWindow(world.browser, { allows: [/401/] });
  await page.goto(link);
  await page.getByText('Вы будете входить как maria@demo.example').waitFor();
  assert.equal(new URL(page.url()).hash, '', 'the secret stays in the address');
  await checkAccessible(page, 'an invitation');
  await page.getByLabel('Пароль').fill(MARIA.password);
  await page.getByRole('button', { name: 'Войти' }).click();
  await page.getByText('Вы пока ни в чём не участвуете').waitFor();
  assert.deepEqual(complaints, []);
  world.maria = await context.storageState();
  await context.close();

  const again = await openWindow(world.browser, { allows: [/404|401/] });
  await again.page.goto(link);
  await again.page.getByText('Приглашение больше не действует.').waitFor();
  await again.context.close();
}

/** The picture on the screen is what an authenticator app would be told. */
async function readsAs(page, uri) {
  const path = join(mkdtempSync(join(tmpdir(), 'factor')), 'code.png');
  await page.getByRole('img', { name: 'Тот же ключ' }).screenshot({ path });
  assert.equal(decode(path), uri);
}

/** Turned on with a code; then a password is not enough, and a recovery code is good in its place. */
async function a_second_factor_is_asked_for(world) {
  const { page, context } = await openWindow(world.browser, { signedIn: world.maria, allows: [/401/] });
  await page.goto('/app/profile');
  await page.getByRole('button', { name: 'Включить или убрать' }).click();
  const secret = await page.locator('code.secret').innerText();
  await checkAccessible(page, 'a second factor');
  await readsAs(page, await page.getByRole('link', { name: 'Открыть в приложении' }).getAttribute('href'));
  await page.getByLabel('Код из приложения').fill(codeOf(secret));
  await page.getByRole('button', { name: 'Включить', exact: true }).click();
  const recovery = await page.getByRole('list', { name: 'Коды восстановления' }).getByRole('listitem').first().innerText();
  await page.getByRole('button', { name: 'Готово' }).click();
  await page.getByRole('button', { name: 'Выйти' }).first().click();
  await page.getByLabel('Электронная почта').fill(MARIA.email);
  await page.getByLabel('Пароль').fill(MARIA.password);
  await page.getByRole('button', { name: 'Войти', exact: true }).click();
  await page.getByLabel('Код из приложения').fill('000000');
  await page.getByRole('button', { name: 'Войти', exact: true }).click();
  await page.getByText('Код не подходит или уже использован.').waitFor();
  await page.getByLabel('Код из приложения').fill(recovery);
  await page.getByRole('button', { name: 'Войти', exact: true }).click();
  await page.getByRole('heading', { name: 'Профиль' }).waitFor();
  await context.close();
}

/** A code by mail, asked for in this browser; a wrong one is refused in plain words. */
async function a_code_from_a_letter_lets_in(world) {
  const { page, context } = await openWindow(world.browser, { allows: [/401/] });
  await page.goto('/app/cases');
  await page.getByLabel('Электронная почта').fill(OWNER.email);
  const before = world.letters.length;
  await page.getByRole('button', { name: 'Прислать код' }).click();
  await page.getByText('код уже в пути').waitFor();
  await checkAccessible(page, 'a code');
  const isIt = ({ to, subject }) => to === OWNER.email && /\d{6}/.test(subject);
  await until(() => world.letters.slice(before).some(isIt));
  const code = /\d{6}/.exec(world.letters.slice(before).find(isIt).subject)[0];
  await page.getByLabel('Код из письма').fill(code === '111111' ? '222222' : '111111');
  await page.getByRole('button', { name: 'Войти', exact: true }).click();
  await page.getByRole('alert').waitFor();
  await page.getByLabel('Код из письма').fill(code);
  await page.getByRole('button', { name: 'Войти', exact: true }).click();
  await page.getByRole('heading', { name: 'Дела' }).waitFor();
  await context.close();
}

/** A key is shown once, works, and works no more when it was taken back. */
async function a_key_is_shown_once(world) {
  const { page, context } = await openWindow(world.browser, { signedIn: world.signedIn });
  await page.goto('/app/profile');
  await page.getByRole('button', { name: 'Добавить ключ' }).click();
  await page.getByLabel('Для чего он').fill('Отчёты');
  await page.getByRole('dialog').getByRole('button', { name: 'Добавить ключ' }).click();
  const key = await page.locator('code.secret').innerText();
  await checkAccessible(page, 'a new key');
  const comesIn = async () => (await fetch(`${ADDRESS}/api/profile`, { headers: { Authorization: `Bearer ${key}` } })).status;
  assert.equal(await comesIn(), 200);
  await page.getByRole('button', { name: 'Готово' }).click();
  await page.reload();
  await settle(page);
  assert.ok(!(await page.content()).includes(key));
  await page.getByRole('button', { name: 'Убрать Отчёты' }).click();
  await page.getByText('Программа, которая работает за вас').waitFor();
  await until(async () => (await comesIn()) === 401);
  await context.close();
}

export const entryTests = [
  an_invitation_lets_in_once, a_second_factor_is_asked_for, a_code_from_a_letter_lets_in, a_key_is_shown_once,
];
