// first_run_test.mjs - the first visit: who owns the house; then signing out and in again.
import assert from 'node:assert/strict';
import { checkAccessible, checkFits, checkSaid, openWindow, PHONE, settle } from './browser.mjs';
import { ADDRESS, furnish, OWNER } from './house.mjs';

/** A fresh house asks who owns it, wherever one knocks; what is missing it says at the field. */
async function the_first_visitor_becomes_the_owner(world) {
  const { page, context, complaints } = await openWindow(world.browser, { allows: [/401/] });
  await page.goto('/app/people');
  await page.getByRole('heading', { name: 'Добро пожаловать' }).waitFor();
  await checkAccessible(page, 'set-up');
  await page.getByRole('button', { name: 'Начать' }).click();
  assert.equal(await page.locator('[aria-invalid=true]').count(), 3);
  await page.getByLabel('Как вас зовут').fill(OWNER.name);
  await page.getByLabel('Электронная почта').fill(OWNER.email);
  await page.getByLabel('Пароль').fill('короток');
  await page.getByRole('button', { name: 'Начать' }).click();
  assert.match(await page.locator('.wrong').innerText(), /8 знаков/);
  await page.getByLabel('Пароль').fill(OWNER.password);
  await page.getByRole('button', { name: 'Начать' }).click();
  await page.getByRole('heading', { name: 'С чем вы будете работать?' }).waitFor();
  await checkAccessible(page, 'choosing apps');
  await page.getByLabel('Ваши процессы').uncheck();
  await page.getByLabel('Ваши процессы').check();
  await page.getByRole('button', { name: 'Дальше' }).click();
  await page.getByRole('heading', { name: 'Люди' }).waitFor();
  world.owner = (await (await context.request.get('/api/profile')).json()).id;
  world.signedIn = await context.storageState();
  assert.deepEqual(complaints, []);
  await context.close();
}

async function the_house_is_furnished(world) {
  Object.assign(world, await furnish(world.owner));
}

/** On a phone, in English: a wrong password is refused in plain words, the right one lets in. */
async function a_password_lets_in(world) {
  const { page, context, complaints } = await openWindow(world.browser, { language: 'en', size: PHONE, allows: [/401/] });
  await page.goto('/app/cases');
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await checkAccessible(page, 'sign-in');
  await checkFits(page, 'sign-in');
  await checkSaid(page, 'en', 'sign-in');
  await page.getByRole('button', { name: 'English' }).click(); // chosen here, it goes before the profile's
  await page.getByLabel('E-mail').fill(OWNER.email);
  await page.getByLabel('Password').fill('not this one at all');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('The e-mail or the password is not right.').waitFor();
  await page.getByLabel('Password').fill(OWNER.password);
  await page.getByLabel('Password').press('Enter');
  await page.getByRole('heading', { name: 'Cases' }).waitFor();
  await settle(page);
  assert.deepEqual(complaints, []);

  await page.goto('/app/profile');
  await page.getByText('this device').waitFor();
  await page.getByRole('button', { name: 'Sign out' }).first().click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await page.goto('/app/profile'); // the session is over on the server, not only on the screen
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await context.close();
}

/** A device of the browser keeps a key: added in the profile, then enough to come in. */
async function a_passkey_lets_in(world) {
  const { page, context, complaints } = await openWindow(world.browser, { allows: [/401/] });
  const devices = await context.newCDPSession(page);
  await devices.send('WebAuthn.enable');
  await devices.send('WebAuthn.addVirtualAuthenticator', { options: {
    protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true,
    automaticPresenceSimulation: true,
  } });
  await page.goto(`${ADDRESS.replace('127.0.0.1', 'localhost')}/app/profile`); // a key belongs to a name
  await page.getByLabel('Электронная почта').fill(OWNER.email);
  await page.getByLabel('Пароль').fill(OWNER.password);
  await page.getByRole('button', { name: 'Войти', exact: true }).click();
  await page.getByRole('button', { name: 'Добавить это устройство' }).click();
  await page.getByText('Ключ доступа добавлен.').waitFor();
  await page.getByRole('button', { name: /Убрать Chrome/ }).waitFor();
  await checkAccessible(page, 'passkeys');
  await page.getByRole('button', { name: 'Выйти' }).first().click();
  await page.getByRole('button', { name: 'Войти по ключу доступа' }).click();
  await page.getByRole('heading', { name: 'Профиль' }).waitFor();
  assert.deepEqual(complaints, []);
  await context.close();
}

export const passkeyTests = [a_passkey_lets_in];
export const first = [the_first_visitor_becomes_the_owner, the_house_is_furnished, a_password_lets_in];
