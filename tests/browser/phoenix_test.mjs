// phoenix_test.mjs - a customer is taken in: she on a phone in Russian, the moderator at a desk in English.
import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { checkAccessible, checkFits, checkSaid, openWindow, PHONE, settle } from './browser.mjs';
import { ask, Participant, until } from './house.mjs';

const PICTURES = process.env.KONTORA_TEST_PICTURES;
const COMPANY = {
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

/** Names in the directory, and as whom they come in. */
async function makeRoles(world) {
  if (world.hasPhoenixRoles) return;
  world.hasPhoenixRoles = true;
  for (const [role, permissions] of [['moderator', []], ['telemarketing', ['users.read']], ['supervisor', ['phoenix.funnel']]]) {
    await ask('POST', '/api/roles', { name: role, participants: [`admin.${role}`], meaning: role, permissions });
  }
}

/** Somebody with these roles, signed in in a window of his own. */
async function letIn(world, name, roles, how) {
  await makeRoles(world);
  const email = `${roles[0]}.${Math.random().toString(36).slice(2, 8)}@demo.example`;
  const { activation_link: link } = await ask('POST', '/api/invitations', { full_name: name, email, roles, locale: how.language ?? 'ru' });
  const window = await openWindow(world.browser, { ...how, allows: [/401/, /400/, /409/, /415/, /events/] });
  await window.page.goto(link);
  await window.page.getByLabel(how.language === 'en' ? 'Password' : 'Пароль').fill('семь пятниц на неделе');
  await window.page.getByRole('button', { name: how.language === 'en' ? 'Come in' : 'Войти', exact: true }).click();
  await window.page.getByRole('heading', { name: how.language === 'en' ? 'Hello' : 'Здравствуйте' }).waitFor();
  return { ...window, email };
}

async function fill(page, form) {
  for (const [field, value] of Object.entries(form)) await page.getByLabel(field).fill(value);
}

const press = (page, name) => page.getByRole('button', { name, exact: true }).click();
const step = (page, name) => page.getByRole('heading', { name, level: 2 }).waitFor();
const saved = (page) => page.getByText(/^Сохранено только что|^Saved just now/).waitFor();

/** The whole page in sight: what the bar at the bottom of a phone happens to cover can be scrolled. */
async function look(page, language, where) {
  const size = page.viewportSize();
  await page.setViewportSize({ ...size, height: 3000 });
  await checkAccessible(page, where);
  await page.setViewportSize(size);
  await checkFits(page, where);
  await checkSaid(page, language, where);
}

/** Only when asked for: the pictures of docs/phoenix.md. */
async function picture(page, name) {
  if (PICTURES) await page.screenshot({ path: join(PICTURES, `phoenix_${name}.png`) });
}

/** For the pictures alone: others, who stand in several places. */
async function crowd() {
  for (const [i, name] of ['Северный ветер', 'Три кота', 'Лесная мастерская', 'Вектор', 'Хлеб и соль', 'Маяк', 'Гранит', 'Семь нот'].entries()) {
    const customer = new Participant(crypto.randomUUID(), 'b2b');
    const caseId = await customer.do('start', { company_name: name }, null, 'phoenix');
    if (i > 5) continue;
    const act = (operation, form) => until(() => customer.do(operation, form, caseId, 'phoenix').catch(() => null));
    await act('submit_company_form', { company_name: name, company_form: 'company', inn: COMPANY.ИНН, kpp: COMPANY.КПП, ogrn: '1027700132195',
      address: `улица Мира, ${i + 3}`, city: ['kazan', 'moscow', 'perm'][i % 3], bic: BANK.БИК, bank_account: BANK['Расчётный счёт'] });
    await act('submit_contact_form', { contact_name: 'Игорь Лапин', contact_phone: '+79160000012', contact_email: 'lapin@mail.ru' });
    await act('submit_for_moderation', {});
    if (i > 3) await new Participant(crypto.randomUUID(), 'admin', 'admin.moderator').do('approve', {}, caseId, 'phoenix');
  }
}

/** Until the last page; a wrong number is said when she has left it, and what she has written is there in another browser. */
async function fillsIn({ page, context }) {
  await page.goto('/app/phoenix/request');
  await page.getByRole('heading', { name: 'Станьте нашим клиентом' }).waitFor();
  await look(page, 'ru', 'the welcome');
  await press(page, 'Начать');
  await step(page, 'Компания');
  await press(page, 'Дальше');
  assert.equal(await page.getByText('Заполните это поле.').count(), 6);
  await fill(page, { ...COMPANY, ИНН: '7707083894' });
  await page.getByLabel('Город').selectOption({ label: 'Москва' });
  await page.getByText('контрольные цифры должны сойтись').waitFor();
  await page.getByText('Сохранено, кроме: ИНН').waitFor();
  await page.getByLabel('ИНН').scrollIntoViewIfNeeded();
  await picture(page, 'wizard');
  await look(page, 'ru', 'a wrong number');
  await page.getByLabel('ИНН').fill(COMPANY.ИНН);
  await saved(page);
  await goesOnElsewhere(page, await context.storageState());
  await press(page, 'Дальше');
  await step(page, 'Банк');
  await fill(page, BANK);
  await press(page, 'Дальше');
  await step(page, 'Контакты');
  await fill(page, CONTACT);
  await attach(page);
  await press(page, 'Дальше');
  await step(page, 'Проверить и отправить');
  await look(page, 'ru', 'the last page');
}

/** A document goes in pieces as soon as it is chosen; one of a kind that is not taken says so. */
async function attach(page) {
  const files = page.getByLabel('Добавить файлы');
  await files.setInputFiles({ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('не документ') });
  await page.getByText('Такие файлы здесь не принимают.').waitFor();
  await files.setInputFiles({ name: 'Устав.pdf', mimeType: 'application/pdf', buffer: Buffer.concat([Buffer.from('%PDF-1.7\n'), Buffer.alloc(700_000, 7)]) });
  await page.getByRole('link', { name: 'Устав.pdf' }).waitFor();
  await saved(page);
  await look(page, 'ru', 'a document');
}

/** What she changes at a desk is told on the phone, which writes nothing over it. */
async function goesOnElsewhere(page, signedIn) {
  const other = await openWindow(page.context().browser(), { signedIn });
  await other.page.goto('/app/phoenix/request');
  await step(other.page, 'Банк'); // the first page is complete
  await press(other.page, 'Назад');
  assert.equal(await other.page.getByLabel('ИНН').inputValue(), COMPANY.ИНН);
  await other.page.getByLabel('Название компании').fill('ООО Ромашка и друзья');
  await saved(other.page);
  await look(other.page, 'ru', 'the wizard at a desk');
  await page.getByText('Это изменили в другом месте').waitFor();
  assert.equal(await page.getByLabel('Название компании').inputValue(), 'ООО Ромашка и друзья');
  await look(page, 'ru', 'changed elsewhere');
  await press(page, 'Вижу');
  assert.deepEqual(other.complaints, []);
  await other.context.close();
}

/** He takes it in the queue by a key, sees what is odd, and returns it; his comment stays with the staff. */
async function returnsIt({ page }) {
  await page.goto('/app/phoenix/queue');
  await page.getByRole('link', { name: 'ООО Ромашка и друзья' }).waitFor();
  await look(page, 'en', 'the queue');
  await page.keyboard.press('j');
  await page.keyboard.press('t');
  await page.getByRole('button', { name: 'Release' }).waitFor();
  await page.getByRole('button', { name: 'Nobody’s' }).click();
  await page.getByRole('heading', { name: 'None is like this' }).waitFor();
  await page.getByRole('button', { name: 'Mine' }).click();
  await page.getByLabel('Search').fill('ромаш 7707');
  await page.getByRole('link', { name: 'ООО Ромашка и друзья' }).click();
  await page.getByRole('heading', { name: 'What was submitted' }).waitFor();
  await page.getByText('The check digits of INN, OGRN and account are right.').waitFor();
  await look(page, 'en', 'the check');
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Устав.pdf' }).click()]);
  assert.equal((await stat(await file.path())).size, 700_009);
  await page.keyboard.press('r');
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('What to correct').fill('Нет номера корпуса в адресе.');
  await dialog.getByLabel("Moderator's comment").fill('подозрительно похоже на прошлую');
  await dialog.getByRole('button', { name: 'Return for changes' }).click();
  await page.getByText('The customer was told: “Нет номера корпуса в адресе.”').waitFor();
}

/** Her page has changed by itself; of the comment there is nothing. */
async function correctsIt({ page }) {
  await page.getByText('Модераторы просят исправить').waitFor();
  await page.getByText('Нет номера корпуса в адресе.').waitFor();
  assert.ok(!(await page.content()).includes('подозрительно'));
  await look(page, 'ru', 'returned');
  await step(page, 'Компания');
  await page.getByLabel('Юридический адрес').fill('117312, Москва, улица Вавилова, 19, корпус 2');
  for (const name of ['Банк', 'Контакты', 'Проверить и отправить']) {
    await press(page, 'Дальше');
    await step(page, name);
  }
  await press(page, 'Отправить на проверку');
  await page.getByRole('heading', { name: 'У наших модераторов' }).waitFor();
}

async function approvesIt({ page }) {
  await page.getByText('attempt 2', { exact: true }).waitFor();
  await page.getByText('marked: changed since the last time').waitFor();
  await look(page, 'en', 'the second time');
  await picture(page, 'check');
  await page.keyboard.press('a');
  await page.getByRole('dialog').getByRole('button', { name: 'Approve' }).click();
  await page.locator('.title-row .badge', { hasText: 'Completed' }).waitFor();
}

/** Two people in two browsers; neither ever asks for a page anew to see what the other has done. */
async function a_customer_is_taken_in(world) {
  const customer = await letIn(world, 'Мария Иванова', ['b2b'], { size: PHONE });
  const moderator = await letIn(world, 'Mark Stone', ['moderator'], { language: 'en' });
  await fillsIn(customer);
  await press(customer.page, 'Отправить на проверку');
  await customer.page.getByRole('heading', { name: 'У наших модераторов' }).waitFor();
  await customer.page.getByText(/^с \d\d:\d\d, /).waitFor();
  await press(customer.page, '4 звезды');
  await customer.page.getByText('Спасибо.').waitFor();
  await look(customer.page, 'ru', 'waiting');
  await picture(customer.page, 'waiting');
  await returnsIt(moderator);
  await correctsIt(customer);
  await approvesIt(moderator);
  await customer.page.getByRole('heading', { name: 'Вы подключены' }).waitFor();
  await look(customer.page, 'ru', 'completed');
  assert.deepEqual([...customer.complaints, ...moderator.complaints], []);
  await customer.context.close();
  await moderator.context.close();
}

/** She finds the customer in the directory; who has a request already goes on with that one. */
async function telemarketing_begins_for_a_customer(world) {
  const customer = await ask('POST', '/api/users', { full_name: 'Глеб Орлов', email: 'gleb@demo.example', type: 'client', roles: ['b2b'] });
  const { page, context, complaints } = await letIn(world, 'Майя Ким', ['telemarketing'], {});
  const choose = async () => {
    await page.getByLabel('Найти клиента').fill('Глеб');
    await page.getByRole('button', { name: /Глеб Орлов/ }).click();
  };
  await page.goto('/app/phoenix/start');
  await choose();
  await page.getByLabel('Название компании').fill('Орлов и сыновья');
  await press(page, 'Начать за клиента');
  await page.getByText('Начато. Глеб Орлов получит письмо.').waitFor();
  await page.locator('.rows .title', { hasText: 'Орлов и сыновья' }).waitFor();
  await look(page, 'ru', 'telemarketing');
  const { case: begun } = await ask('GET', '/flow/b2b/phoenix/state', undefined, { 'Kontora-Person': customer.id, 'Kontora-Roles': 'b2b' });
  assert.equal(begun.forms.contact_name, 'Глеб Орлов');
  await choose();
  await page.getByText(/^Открытая заявка уже есть/).waitFor();
  assert.equal(await page.getByRole('button', { name: 'Начать за клиента' }).getAttribute('aria-disabled'), 'true');
  assert.deepEqual(complaints, []);
  await context.close();
}

/** What the stories above have left is counted. */
async function a_supervisor_sees_the_funnel(world) {
  const twin = new Participant(crypto.randomUUID(), 'b2b');
  const twinId = await twin.do('start', {}, null, 'phoenix');
  await until(() => twin.do('save_company', { company_name: 'Роща', inn: COMPANY.ИНН }, twinId, 'phoenix').catch(() => null));
  const { page, context, complaints } = await letIn(world, 'Sofia Lind', ['supervisor'], { language: 'en', size: PHONE, theme: 'dark' });
  await page.goto('/app/phoenix/funnel');
  await page.getByRole('heading', { name: 'How far they come' }).waitFor();
  await page.getByRole('listitem').filter({ hasText: 'Set up' }).getByText(/[1-9]/).first().waitFor();
  await look(page, 'en', 'the funnel on a phone');
  await page.setViewportSize({ width: 1360, height: 900 });
  await press(page, '90 days');
  await page.getByText('Where they stand').waitFor();
  await look(page, 'en', 'the funnel');
  await page.goto('/app/phoenix/queue');
  await page.getByLabel('Search').fill(COMPANY.ИНН); // found wherever it is
  await page.getByRole('link', { name: 'ООО Ромашка и друзья' }).waitFor();
  await page.getByRole('link', { name: 'ООО Ромашка и друзья' }).click();
  await page.getByRole('heading', { name: 'Others of the same INN' }).waitFor();
  await page.getByRole('link', { name: /Роща/ }).waitFor();
  await look(page, 'en', 'a request of the same INN');
  await page.goto('/app/phoenix/queue?place=company_form');
  await page.getByRole('link', { name: 'Орлов и сыновья' }).click();
  await page.getByRole('heading', { name: 'What is written so far' }).waitFor();
  await look(page, 'en', 'a request by night');
  assert.deepEqual(complaints, []);
  await context.close();
}

/** An address and a code from a letter are enough; the link that he passes on shows where it stands, as often as it is opened. */
async function a_stranger_begins_by_himself(world) {
  const { page, context, complaints } = await openWindow(world.browser, { size: PHONE, allows: [/401/, /400/, /events/] });
  const email = 'zoya@romashka.example';
  await page.goto('/app/phoenix/begin');
  await page.getByLabel('Ваша почта').fill(email);
  await page.getByLabel('Как вас зовут').fill('Зоя Цветкова');
  await look(page, 'ru', 'a stranger');
  await press(page, 'Прислать код');
  const letter = () => world.letters.find(({ to }) => to === email);
  await until(letter);
  await page.getByLabel('Код из письма').fill(/\b\d{6}\b/.exec(letter().text)[0]);
  await press(page, 'Продолжить');
  await page.getByRole('heading', { name: 'Станьте нашим клиентом' }).waitFor();
  await press(page, 'Начать');
  await step(page, 'Компания');
  await press(page, 'Ссылка для других');
  const link = await page.locator('code.secret').innerText();
  assert.deepEqual(complaints, []);
  await context.close();

  const other = await openWindow(world.browser, { size: PHONE, language: 'en', allows: [/401/, /404/] });
  for (let times = 0; times < 2; times++) {
    await other.page.goto('/app/phoenix/begin'); // a link with the same path and another # would load nothing
    await other.page.goto(link);
    await other.page.getByText('Company details').waitFor();
    await other.page.getByText('It waits for whoever has asked').waitFor();
  }
  await look(other.page, 'en', 'the status');
  assert.ok(!(await other.page.content()).includes('Зоя'));
  await other.page.goto('/app/phoenix/begin');
  await other.page.goto(`${link.slice(0, -3)}AAA`);
  await other.page.getByText('This link is not whole, or too old.').waitFor();
  assert.deepEqual(other.complaints, []);
  await other.context.close();
}

/** Only when asked for. */
async function pictures_of_phoenix(world) {
  await crowd();
  const { page, context } = await letIn(world, 'Sofia Lind', ['supervisor', 'moderator'], { language: 'en', size: { width: 1160, height: 780 } });
  for (const [name, path] of [['queue', '/app/phoenix/queue'], ['funnel', '/app/phoenix/funnel']]) {
    await page.goto(path);
    await settle(page);
    await picture(page, name);
  }
  await context.close();
}

export const phoenixTests = [
  a_customer_is_taken_in, telemarketing_begins_for_a_customer, a_supervisor_sees_the_funnel, a_stranger_begins_by_himself,
  ...(PICTURES ? [pictures_of_phoenix] : []),
];
