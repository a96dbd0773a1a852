// phoenix_test.mjs - a customer is taken in: she on a phone in Russian, the moderator at a desk in English.
import assert from 'node:assert/strict';
import { checkAccessible, checkFits, checkSaid, openWindow, PHONE, settle } from './browser.mjs';
import { ask, until } from './house.mjs';

export const COMPANY = {
  'Название компании': 'ООО Ромашка', ИНН: '7707083893', КПП: '773601001', 'ОГРН или ОГРНИП': '1027700132195',
  'Юридический адрес': '117312, Москва, улица Вавилова, 19',
};
const BANK = { БИК: '044525225', 'Расчётный счёт': accountOf('044525225', '4070281000000000000') };
const CONTACT = { 'Контактное лицо': 'Мария Иванова', Должность: 'Директор', Телефон: '+74955005550', Почта: 'maria@romashka.example' };

/** With the last digit that fits its bank. */
function accountOf(bic, start) {
  const weigh = (digits) => [...digits].reduce((sum, digit, i) => sum + Number(digit) * [7, 1, 3][i % 3], 0) % 10;
  return start + [...'0123456789'].find((last) => weigh(bic.slice(6) + start + last) === 0);
}

/** Somebody with these roles, signed in in a window of his own. */
export async function letIn(world, name, roles, how) {
  const email = `${roles[0].replace(/\W/g, '.')}.${Math.random().toString(36).slice(2, 8)}@demo.example`;
  const { activation_link: link } = await ask('POST', '/api/invitations', { full_name: name, email, roles, locale: how.language ?? 'ru' });
  const window = await openWindow(world.browser, { ...how, allows: [/401/, /400/, /409/, /events/] });
  await window.page.goto(link);
  await window.page.getByLabel(how.language === 'en' ? 'Password' : 'Пароль').fill('семь пятниц на неделе');
  await window.page.getByRole('button', { name: how.language === 'en' ? 'Sign in' : 'Войти', exact: true }).click();
  await window.page.getByRole('heading', { name: how.language === 'en' ? 'Inbox' : 'Входящие' }).waitFor();
  return { ...window, email };
}

async function fill(page, form) {
  for (const [field, value] of Object.entries(form)) await page.getByLabel(field).fill(value);
}

const press = (page, name) => page.getByRole('button', { name, exact: true }).click();
const step = (page, name) => page.getByRole('heading', { name, level: 2 }).waitFor();
const saved = (page) => page.getByText(/^Сохранено только что|^Saved just now/).waitFor();

async function look(page, language, where, name) {
  await checkAccessible(page, where);
  await checkFits(page, where);
  await checkSaid(page, language, where);
  if (process.env.KONTORA_TEST_SHOTS) await page.screenshot({ path: `${process.env.KONTORA_TEST_SHOTS}/${name ?? where.replace(/\W+/g, '_')}.png`, fullPage: true });
}

/** She fills in on the phone; what she has written is there in another browser, and a wrong number is said when she leaves it. */
async function a_customer_fills_in_on_a_phone(world) {
  const { page, context, complaints } = await letIn(world, 'Мария Иванова', ['b2b'], { size: PHONE });
  await page.goto('/app/phoenix/request');
  await page.getByRole('heading', { name: 'Станьте нашим клиентом' }).waitFor();
  await look(page, 'ru', 'the welcome');
  await press(page, 'Начать');
  await step(page, 'Компания');
  await press(page, 'Дальше');
  assert.equal(await page.getByText('Заполните это поле.').count(), 6);
  await look(page, 'ru', 'an empty page');
  await fill(page, { ...COMPANY, ИНН: '7707083894' });
  await page.getByLabel('Город').selectOption({ label: 'Москва' });
  await page.getByText('контрольные цифры должны сойтись').waitFor();
  await page.getByText('Сохранено, кроме: ИНН').waitFor();
  await look(page, 'ru', 'a wrong number');
  await page.getByLabel('ИНН').fill(COMPANY.ИНН);
  await saved(page);

  const other = await openWindow(world.browser, { signedIn: await context.storageState() }); // she goes on at a desk
  await other.page.goto('/app/phoenix/request');
  await step(other.page, 'Банк');
  await other.page.getByRole('button', { name: 'Назад' }).click();
  assert.equal(await other.page.getByLabel('ИНН').inputValue(), COMPANY.ИНН);
  await other.page.getByLabel('Название компании').fill('ООО Ромашка и друзья');
  await saved(other.page);
  await look(other.page, 'ru', 'the wizard at a desk');
  await page.getByText('Это изменили в другом месте').waitFor();
  assert.equal(await page.getByLabel('Название компании').inputValue(), 'ООО Ромашка и друзья');
  await look(page, 'ru', 'changed elsewhere');
  await press(page, 'Вижу');
  await other.context.close();

  await press(page, 'Дальше');
  await step(page, 'Банк');
  await fill(page, BANK);
  await press(page, 'Дальше');
  await step(page, 'Контакты');
  await fill(page, CONTACT);
  await press(page, 'Дальше');
  await step(page, 'Проверить и отправить');
  await look(page, 'ru', 'the last page');
  await press(page, 'Отправить на проверку');
  await page.getByRole('heading', { name: 'У наших модераторов' }).waitFor();
  await page.getByText(/^с \d\d:\d\d, /).waitFor();
  await settle(page);
  await look(page, 'ru', 'waiting');
  await press(page, '4 звезды');
  await page.getByText('Спасибо.').waitFor();
  assert.deepEqual(complaints, []);
  await context.close();
}

export const phoenixTests = [a_customer_fills_in_on_a_phone];
