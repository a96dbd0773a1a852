// programs_test.mjs - other programs: those that sign in here, those that are told; and the words of letters.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import { checkAccessible, checkFits, openWindow, PHONE, settle } from './browser.mjs';
import { ask, until } from './house.mjs';

/** Registered, with a secret that is shown once; changed, a new secret, removed. */
async function a_program_is_registered(world) {
  const { page, context, complaints } = await openWindow(world.browser, { signedIn: world.signedIn, allows: [/422/] });
  await page.goto('/app/programs');
  await page.getByText('Программ нет').waitFor();
  await page.getByRole('button', { name: 'Завести программу' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Название').fill('Табель');
  await dialog.getByLabel('Адреса возврата').fill('http://elsewhere.example/back');
  await checkAccessible(page, 'a new program');
  await dialog.getByRole('button', { name: 'Завести программу' }).click();
  await dialog.getByText(/begins with https/).waitFor();
  await dialog.getByLabel('Адреса возврата').fill('https://tabel.example/back');
  await dialog.getByLabel('Почту').uncheck();
  await dialog.getByRole('button', { name: 'Завести программу' }).click();
  const secret = await dialog.locator('code.secret').nth(1).innerText();
  assert.match(secret, /^gwc_/);
  await checkAccessible(page, 'a secret');
  await dialog.getByRole('button', { name: 'Готово' }).click();
  assert.ok(!(await page.content()).includes(secret));
  const known = async () => (await ask('GET', '/api/oauth/clients')).items;
  assert.deepEqual((await known())[0].scopes, ['openid', 'profile']);

  await page.getByRole('button', { name: 'Изменить Табель' }).click();
  await dialog.getByLabel('Она наша').check();
  await dialog.getByRole('button', { name: 'Сохранить' }).click();
  await page.getByText('наша', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Новый секрет Табель' }).click();
  await dialog.getByRole('button', { name: 'Новый секрет' }).click();
  assert.notEqual(await dialog.locator('code.secret').nth(1).innerText(), secret);
  await dialog.getByRole('button', { name: 'Готово' }).click();
  await page.getByRole('button', { name: 'Убрать Табель' }).click();
  await dialog.getByRole('button', { name: 'Убрать' }).click();
  await page.getByText('Программ нет').waitFor();
  assert.deepEqual(await known(), []);
  assert.deepEqual(complaints, []);
  await context.close();
}

/** A server of somebody else, and everything it was told. */
async function openReceiver() {
  const receiver = { heard: [], code: 500 };
  const server = createServer((request, answer) => {
    const pieces = [];
    request.on('data', (piece) => pieces.push(piece)).on('end', () => {
      receiver.heard.push({ headers: request.headers, body: Buffer.concat(pieces).toString() });
      answer.writeHead(receiver.code).end();
    });
  });
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  return Object.assign(receiver, { server, url: `http://127.0.0.1:${server.address().port}/hook` });
}

function isSigned({ headers, body }, secret) {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
  return headers['webhook-signature'].split(' ').includes(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
}

/** On a phone: an address is added, a test is not taken at first, is told again, and everything is seen. */
async function a_webhook_is_told(world) {
  const receiver = await openReceiver();
  const { server, heard, url } = receiver;
  const { page, context, complaints } = await openWindow(world.browser, { signedIn: world.signedIn, language: 'en', size: PHONE, allows: [/403|422/] });
  await page.goto('/app/webhooks');
  await page.getByRole('button', { name: 'Add a webhook' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Address').fill(url);
  await dialog.getByLabel('Events').fill('users.created');
  await checkAccessible(page, 'a new webhook');
  await dialog.getByRole('button', { name: 'Add a webhook' }).click();
  const secret = await dialog.locator('code.secret').innerText();
  await dialog.getByRole('button', { name: 'Done' }).click();
  await page.getByRole('link', { name: /127.0.0.1/ }).click();
  await page.getByText('It was told nothing yet.').waitFor();
  await page.getByRole('button', { name: 'Send a test' }).click();
  await page.getByText('answered 500').waitFor();
  receiver.code = 200;
  await page.getByRole('button', { name: 'Once more webhooks.test' }).click();
  await page.getByText('taken', { exact: true }).waitFor();
  assert.ok(heard.length >= 2);
  assert.ok(heard.every((one) => isSigned(one, secret)));
  assert.equal(new Set(heard.map(({ headers }) => headers['webhook-id'])).size, 1);
  const before = heard.length;
  await checkAccessible(page, 'a webhook');
  await checkFits(page, 'a webhook');
  await page.getByRole('button', { name: 'webhooks.test', exact: true }).click();
  await dialog.getByText('is_test').waitFor();
  await checkAccessible(page, 'what was told');
  await page.keyboard.press('Escape');

  await page.getByRole('button', { name: 'Switch off' }).click();
  await page.getByText('off', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('on', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'New secret' }).click();
  await dialog.getByRole('button', { name: 'New secret' }).click();
  const renewed = await dialog.locator('code.secret').innerText();
  await dialog.getByRole('button', { name: 'Done' }).click();
  await page.getByText('The secret before signs too').waitFor();
  await page.getByRole('button', { name: 'Send a test' }).click();
  await until(() => heard.length > before);
  assert.ok(isSigned(heard.at(-1), secret) && isSigned(heard.at(-1), renewed));
  await page.getByRole('button', { name: 'Remove' }).click();
  await dialog.getByRole('button', { name: 'Remove' }).click();
  await page.getByText('No webhooks').waitFor();
  assert.deepEqual(complaints, []);
  await context.close();
  server.close();
}

/** What is typed is seen as its reader will see it, and does nothing, whatever stands in it. */
async function a_template_is_seen_before_it_is_kept(world) {
  const { page, context, complaints } = await openWindow(world.browser, { signedIn: world.signedIn, allows: [/422|400/] });
  await page.goto('/app/templates');
  await page.getByRole('button', { name: 'Изменить iam.invite email' }).click();
  const dialog = page.getByRole('dialog');
  const letter = dialog.frameLocator('iframe');
  await letter.locator('body').waitFor();
  await checkAccessible(page, 'a preview');
  await dialog.getByLabel('Текст', { exact: true }).fill('Привет, {{person.name}}! <b>&</b>');
  await dialog.getByText('Нет значения для: person.name.').waitFor();
  await dialog.getByLabel('Значения для примера').fill('{"person": ');
  await dialog.getByText('Это не объект JSON.').waitFor();
  const payload = { person: { name: 'Анна <img src=x onerror=alert(1)>' }, organisation: 'Контора' };
  await dialog.getByLabel('Значения для примера').fill(JSON.stringify(payload));
  await letter.getByText('Привет, Анна <img src=x onerror=alert(1)>! <b>&</b>').waitFor();
  assert.equal(await letter.locator('img, script, b').count(), 0);
  assert.match(await letter.locator('div').first().getAttribute('style'), /background|font|margin/);
  await dialog.getByRole('button', { name: 'Только текст' }).click();
  await dialog.getByRole('region', { name: 'Только текст' }).getByText('Привет, Анна').waitFor();
  await dialog.getByRole('button', { name: 'en', exact: true }).click();
  await dialog.getByRole('button', { name: 'Письмо' }).waitFor();
  await settle(page);
  assert.deepEqual(complaints, []);
  await context.close();
}

/** When it ran and when it will; run now it says so by itself a moment later. */
async function what_runs_by_the_calendar_runs_now(world) {
  const { page, context, complaints } = await openWindow(world.browser, { signedIn: world.signedIn, language: 'en' });
  await page.goto('/app/schedules');
  const row = page.getByRole('listitem').filter({ hasText: 'send_digests' });
  await row.getByText('Every day at 09:00').waitFor();
  await row.getByText('Last: not yet').waitFor();
  await page.getByRole('button', { name: 'Run now send_digests' }).click();
  await page.getByRole('dialog').getByText('One letter for whoever').waitFor();
  await checkAccessible(page, 'run now');
  await page.getByRole('dialog').getByRole('button', { name: 'Run now' }).click();
  await row.getByText('Last: just now').waitFor();
  await row.getByText(/Next: in/).waitFor();
  assert.deepEqual(complaints, []);
  await context.close();
}

/** What is hidden is in nobody's menu a moment later, may be taken back, and everything else stays. */
async function an_app_is_hidden_and_shown_again(world) {
  const { page, context, complaints } = await openWindow(world.browser, { signedIn: world.signedIn });
  await page.goto('/app/house');
  const choice = page.getByLabel('Ваши процессы');
  assert.ok(await choice.isChecked());
  await choice.uncheck();
  await page.getByText('Сохранено.').waitFor();
  assert.deepEqual((await ask('GET', '/api/house', undefined, { 'Kontora-Person': world.petr })).hidden, ['casework']);
  await page.goto('/app/cases');
  await settle(page);
  assert.equal(await page.getByRole('main').getByText('Закупка').count(), 0);
  await page.goto('/app/house');
  await choice.check();
  await page.getByText('Сохранено.').waitFor();
  await page.goto('/app/cases');
  await page.getByRole('main').getByText('Закупка').first().waitFor();
  assert.deepEqual(complaints, []);
  await context.close();
}

export const programTests = [an_app_is_hidden_and_shown_again, what_runs_by_the_calendar_runs_now, a_program_is_registered, a_webhook_is_told, a_template_is_seen_before_it_is_kept];
