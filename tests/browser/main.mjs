// main.mjs - runs the tests in their order and prints TAP. A name on the command line chooses; what
// comes first (set-up and furniture) is always run.
import { openBrowser } from './browser.mjs';
import { openLetterBox } from './letters.mjs';
import { entryTests } from './entry_test.mjs';
import { first, passkeyTests } from './first_run_test.mjs';
import { caseTests } from './case_test.mjs';
import { hostileTests } from './hostile_test.mjs';
import { keyboardTests } from './keyboard_test.mjs';
import { phoenixTests } from './phoenix_test.mjs';
import { openBank } from './bank.mjs';
import { popugMoneyTests } from './popug_money_test.mjs';
import { popugTests } from './popug_test.mjs';
import { popugPictureTests, popugViewTests } from './popug_view_test.mjs';
import { programTests } from './programs_test.mjs';
import { qrTests } from './qr_test.mjs';
import { sampleTests } from './sample_test.mjs';
import { startTests } from './start_test.mjs';
import { pictureTests, viewTests } from './view_test.mjs';
import { workTests } from './works_test.mjs';

/** What was on the screen when it failed, in words. */
async function showWindows(opened) {
  for (const page of opened.contexts().flatMap((context) => context.pages())) {
    const text = await page.evaluate(() => `${location.pathname}\n${document.body.innerText}`).catch(String);
    console.log(text.slice(0, 1500).replace(/^/gm, '#   | '));
    await page.context().close();
  }
}

const wanted = process.argv.slice(2);
const others = [
  ...passkeyTests, ...entryTests, ...caseTests, ...keyboardTests, ...viewTests, ...startTests, ...workTests, ...phoenixTests, ...hostileTests,
  ...popugTests, ...popugMoneyTests, ...popugViewTests, ...popugPictureTests, ...qrTests, ...programTests, ...sampleTests,
];
const chosen = others.filter(({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)));
const browser = await openBrowser();
const box = await openLetterBox(Number(process.env.KONTORA_MAIL));
const bank = await openBank(Number(process.env.KONTORA_BANK));
const world = { browser, letters: box.letters, bank };
let number = 0;
let failed = 0;
for (const test of [...first, ...pictureTests, ...chosen]) {
  number++;
  try {
    await test(world);
    console.log(`ok ${number} - ${test.name}`);
  } catch (error) {
    failed++;
    await showWindows(browser);
    console.log(`${error.stack}`.replace(/^/gm, '#   '));
    console.log(`not ok ${number} - ${test.name}`);
    if (first.includes(test)) break; // the others could not even begin
  }
}
console.log(`1..${number}`);
await browser.close();
box.server.close();
bank.server.close();
process.exitCode = failed > 0 ? 1 : 0;
