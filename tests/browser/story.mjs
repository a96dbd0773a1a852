// story.mjs - the first ten minutes of a new house, by two people in two browsers: a desk and a phone, in Russian.
import assert from 'node:assert/strict';
import { createInterface } from 'node:readline';
import { checkAccessible, checkFits, openBrowser, openWindow, PHONE, settle } from './browser.mjs';
import { OWNER } from './house.mjs';

const COMPANY = {
  'Название компании': 'ООО Ромашка', ИНН: '7707083893', КПП: '773601001', 'ОГРН или ОГРНИП': '1027700132195',
  'Юридический адрес': 'улица Вавилова, 19',
};
const BANK = { БИК: '044525225', 'Расчётный счёт': process.env.KONTORA_ACCOUNT };
const CONTACT = { 'Контактное лицо': 'Мария Иванова', Телефон: '+74955005550', Почта: 'maria@demo.example' };
const orders = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const press = (page, name) => page.getByRole('button', { name, exact: true }).click();

/** Until the case is there, by itself: nobody has asked for it. */
async function becomes(page, place) {
  await page.locator('.title-row .badge', { hasText: place }).first().waitFor();
}

/** An operation with a form: opened, filled in, sent. */
async function operate(page, name, form = {}) {
  await page.getByRole('button', { name }).click(); // its key stands in it, too
  const dialog = page.getByRole('dialog');
  for (const [field, value] of Object.entries(form)) await dialog.getByLabel(field).fill(value);
  await dialog.getByRole('button', { name, exact: true }).click();
}

async function setUp(desk) {
  await desk.goto('/');
  await desk.getByRole('heading', { name: 'Добро пожаловать' }).waitFor();
  await desk.getByLabel('Как вас зовут').fill(OWNER.name);
  await desk.getByLabel('Электронная почта').fill(OWNER.email);
  await desk.getByLabel('Пароль').fill(OWNER.password);
  await press(desk, 'Начать');
  await press(desk, 'Дальше');
  await desk.getByRole('heading', { name: 'Здравствуйте' }).waitFor();
}

/** He gives himself roles and asks a customer in. */
async function invite(desk) {
  await desk.goto('/app/people');
  await desk.locator('main').getByRole('link', { name: OWNER.name }).click();
  await desk.getByLabel('Роли').fill('owner, admin.moderator, admin.supervisor');
  await press(desk, 'Сохранить');
  await desk.getByText('Сохранено.').waitFor();
  await desk.goto('/app/people');
  await press(desk, 'Добавить человека');
  const dialog = desk.getByRole('dialog');
  await dialog.getByLabel('Имя').fill('Мария Иванова');
  await dialog.getByLabel('Электронная почта').fill('maria@demo.example');
  await dialog.getByLabel('Роли').fill('b2b');
  await dialog.getByRole('button', { name: 'Добавить человека' }).click();
  const link = desk.getByRole('dialog').locator('code.secret');
  await link.waitFor();
  await checkAccessible(desk, 'an invitation');
  return link.innerText();
}

async function comeIn(phone, link) {
  await phone.goto(link);
  await phone.getByText('Здравствуйте, Мария Иванова').waitFor();
  await checkAccessible(phone, 'who was invited');
  await checkFits(phone, 'who was invited');
  await phone.getByLabel('Пароль').fill('ромашка на подоконнике');
  await press(phone, 'Войти');
  await phone.getByRole('heading', { name: 'Здравствуйте' }).waitFor();
}

/** The customer's part; a number with a wrong check digit is said at its field. */
async function askToBeTakenIn(phone) {
  await phone.getByRole('link', { name: 'Начать подключение' }).first().click();
  await press(phone, 'Начать');
  for (const [field, value] of Object.entries({ ...COMPANY, ИНН: '7707083894' })) await phone.getByLabel(field).fill(value);
  await phone.getByLabel('Город').selectOption({ label: 'Москва' });
  await press(phone, 'Дальше');
  await phone.getByText('контрольные цифры должны сойтись').waitFor();
  await phone.getByLabel('ИНН').fill(COMPANY.ИНН);
  await press(phone, 'Дальше');
  for (const [field, value] of Object.entries(BANK)) await phone.getByLabel(field).fill(value);
  await press(phone, 'Дальше');
  for (const [field, value] of Object.entries(CONTACT)) await phone.getByLabel(field).fill(value);
  await press(phone, 'Дальше');
  await press(phone, 'Отправить на проверку');
  await phone.getByRole('heading', { name: 'У наших модераторов' }).waitFor();
}

/** He returns it with a remark for her and a comment that she never sees; her page changes by itself. */
async function returnIt(desk, phone) {
  await desk.goto('/app/inbox');
  await desk.getByRole('link', { name: /ООО Ромашка/ }).first().click();
  await settle(desk);
  await becomes(desk, 'На проверке');
  await operate(desk, 'Вернуть на доработку', { 'Что исправить': 'Нет номера офиса.', 'Комментарий модератора': 'похоже на однодневку' });
  await phone.getByText('Модераторы просят исправить').waitFor();
  await phone.getByText('Нет номера офиса.').first().waitFor();
  assert.ok(!(await phone.locator('#app').innerText()).includes('однодневку'));
  await desk.getByText('похоже на однодневку').first().waitFor();
}

async function sendAgain(phone) {
  await phone.getByLabel('Юридический адрес').fill('улица Вавилова, 19, офис 4');
  for (const name of ['Банк', 'Контакты', 'Проверить и отправить']) {
    await press(phone, 'Дальше');
    await phone.getByRole('heading', { name, level: 2 }).waitFor();
  }
  await press(phone, 'Отправить на проверку');
  await phone.getByRole('heading', { name: 'У наших модераторов' }).waitFor();
}

/** Somebody pulls the plug: kill -9, and the program is started again at the same address. */
async function breakIt() {
  console.log('KILL');
  const { value } = await orders.next();
  assert.equal(value, 'started');
}

/** The order net of a marketplace with an arrow too many: what would go wrong, and the way there. */
async function checkDefinition(desk) {
  const order = process.env.KONTORA_ORDER.replace(/^timers:$/m, 'timers:\n  give_up: {after: 7d, from: NeedExecutor, to: Cancelled}');
  await desk.goto('/app/workflows/check');
  await desk.getByLabel('Описание').fill(order);
  await press(desk, 'Проверить');
  await desk.getByText(/leaves a mark in 'NeedSupply': create, ask_estimate, set_example_rate, give_up/).waitFor();
  await desk.getByRole('img').last().waitFor();
  await checkAccessible(desk, 'a definition that gets stuck');
}

async function lookAround(desk) {
  await desk.keyboard.press('Control+k');
  await desk.getByRole('combobox').fill('люди');
  await desk.keyboard.press('Enter');
  await desk.getByRole('heading', { name: 'Люди' }).waitFor();
  await desk.keyboard.press('?');
  await desk.getByRole('dialog').waitFor();
  await desk.keyboard.press('Escape');
}

const browser = await openBrowser();
const allows = [/401/, /400/, /events/, /Failed to load/];
const desk = await openWindow(browser, { allows });
const phone = await openWindow(browser, { size: PHONE, allows });
let step = 'nothing';
async function tell(name, work) {
  step = name;
  const began = Date.now();
  const said = await work();
  console.log(`# ${name}: ${((Date.now() - began) / 1000).toFixed(1)} s`);
  return said;
}
try {
  await tell('set up', () => setUp(desk.page));
  const link = await tell('invite', () => invite(desk.page));
  await tell('come in', () => comeIn(phone.page, link));
  await tell('ask to be taken in', () => askToBeTakenIn(phone.page));
  await tell('return it', () => returnIt(desk.page, phone.page));
  await tell('send it again', () => sendAgain(phone.page));
  await tell('break it', breakIt);
  await tell('approve it', async () => {
    await becomes(desk.page, 'На проверке');
    await desk.page.reload();
    await settle(desk.page);
    await operate(desk.page, 'Одобрить');
    await phone.page.getByRole('heading', { name: 'Вы подключены' }).waitFor();
    await becomes(desk.page, 'Подключена');
  });
  await tell('check a definition', () => checkDefinition(desk.page));
  await tell('look around', () => lookAround(desk.page));
  assert.deepEqual([...desk.complaints, ...phone.complaints], []);
} catch (error) {
  for (const { page } of [desk, phone]) {
    const text = await page.evaluate(() => `${location.pathname}\n${document.body.innerText}`).catch(String);
    console.log(text.slice(0, 2500).replace(/^/gm, '#   | '));
  }
  console.log(`${step}: ${error.stack}`.replace(/^/gm, '#   '));
  process.exitCode = 1;
}
await browser.close();
process.exit(process.exitCode ?? 0); // the orders may still be open
