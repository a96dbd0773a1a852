// browser.mjs - one Chromium; windows of several sizes and languages; what every view must keep to.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';
import { ADDRESS } from './house.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
export const DESK = { width: 1360, height: 900 };
export const PHONE = { width: 390, height: 844 };
const LOCALES = { ru: 'ru-RU', en: 'en-GB' };
const PATIENCE_MS = Number(process.env.PATIENCE_MS ?? 60_000);

export async function openBrowser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  });
}

/** A window, and everything it has complained about. */
export async function openWindow(browser, { language = 'ru', size = DESK, theme = 'light', signedIn, allows = [] } = {}) {
  const context = await browser.newContext({
    viewport: size, locale: LOCALES[language], colorScheme: theme, storageState: signedIn, baseURL: ADDRESS,
    hasTouch: size === PHONE, timezoneId: 'Europe/Moscow', reducedMotion: 'reduce',
  });
  context.setDefaultTimeout(PATIENCE_MS);
  if (signedIn) { // what a person has chosen in the profile would win otherwise
    await context.addInitScript((chosen) => localStorage.getItem('kontora.language') ?? localStorage.setItem('kontora.language', chosen), language);
  }
  const page = await context.newPage();
  const complaints = [];
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('console', (message) => {
    const text = `${message.text()} ${message.location().url}`;
    if (['error', 'warning'].includes(message.type()) && !allows.some((one) => one.test(text))) complaints.push(text);
  });
  return { page, context, complaints };
}

/** Nothing of WCAG 2.2 A and AA that a machine can see. */
export async function checkAccessible(page, where) {
  await page.evaluate(axe);
  await page.waitForFunction(() => document.getAnimations().every( // what is fading in is pale for a moment
    (one) => one.playState !== 'running' || one.effect?.getComputedTiming().endTime === Infinity));
  const [passed, violations] = await page.evaluate(async () => {
    const found = await window.axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], resultTypes: ['violations'],
    });
    return [found.passes.length, found.violations]; // of what is well only how much
  });
  assert.ok(passed > 10, `${where}: axe has looked at nothing`);
  const said = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html, any }) => `${html.slice(0, 160)} ${any[0]?.message ?? ''}`).join(' | ')}`);
  assert.deepEqual(said, [], where);
}

/** Nothing is wider than the window. */
export async function checkFits(page, where) {
  const [wide, width] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
  assert.ok(wide <= width, `${where} is ${wide} wide in a window of ${width}`);
}

/** Every sentence has its values, and there are some in the reader's language. */
export async function checkSaid(page, language, where) {
  const text = await page.evaluate(() => document.querySelector('#app').innerText);
  assert.ok(!/(?<!\{)\{\w+\}(?!\})|undefined|\[object|NaN/.test(text), `${where}: ${text}`);
  assert.ok(language === 'ru' ? /[а-я]{3}/i.test(text) : /[a-z]{3}/i.test(text), where);
}

/** What is still loading is waited for. */
export async function settle(page) {
  await page.locator('h1').first().waitFor();
  await page.waitForFunction(() => !document.querySelector('.bone'));
  await page.evaluate(() => Promise.all([...document.images].map((image) => image.decode().catch(() => {}))));
}
