// hostile_test.mjs - what people write stays text, wherever it is shown; and a browser runs nothing else.
import assert from 'node:assert/strict';
import { checkFits, openWindow, PHONE, settle } from './browser.mjs';
import { ask } from './house.mjs';

const TEXT = '<img src=x onerror="window.broken=1"><script>window.broken=1</script>${7*7}{{7*7}}\'"><svg/onload=window.broken=1>';
const LONG = 'Ы'.repeat(180);

async function checkUnbroken(page, where) {
  assert.equal(await page.evaluate(() => window.broken), undefined, where);
  assert.equal(await page.locator('#app script, #app img[src="x"], #app [onerror], #app [onload]').count(), 0, where);
}

/** G39: through every field that somebody can write and another one reads. */
async function what_people_write_stays_text(world) {
  const caseId = await world.colleague.do('ask', { item: TEXT, price: '1.00', needed_by: '2031-01-01', reason: TEXT });
  await world.office.do('give_back', { remark: TEXT }, caseId);
  const person = await ask('POST', '/api/users', { full_name: TEXT, email: 'mallory@demo.example', type: 'employee', roles: ['staff'] });
  await ask('POST', `/api/users/${person.id}/block`, { reason: TEXT });
  await ask('POST', '/api/roles', { name: 'mallory', meaning: TEXT, permissions: [], participants: [] });
  const { page, context, complaints } = await openWindow(world.browser, { signedIn: world.signedIn });
  const views = [
    [`/app/cases/office/purchase/${caseId}`, 'h1'], ['/app/cases/office/purchase', 'td'], ['/app/inbox', 'h1'],
    [`/app/mend/casework/${caseId}`, '.values'], ['/app/people', '.title'], [`/app/people/${person.id}`, 'h1'], ['/app/people/roles', '.muted'],
  ];
  for (const [path, place] of views) {
    await page.goto(path);
    await settle(page);
    await checkUnbroken(page, path);
    if (path !== '/app/inbox') assert.ok((await page.locator(place).allInnerTexts()).some((text) => text.includes('onerror=')), path);
  }
  await page.goto('/app/workflows/check');
  await page.getByLabel('Описание').fill(`workflow: ${TEXT}\nversion: 1\nplaces:\n  "<b>": {end: true}\n`);
  await page.getByRole('button', { name: 'Проверить' }).click();
  await page.getByText(/Не так \d/).waitFor();
  await checkUnbroken(page, 'a verdict');
  assert.deepEqual(complaints, []);
  await context.close();
}

/** Words without a space in them do not push the page out of the window. */
async function long_words_fit_a_phone(world) {
  const caseId = await world.colleague.do('ask', { item: LONG, price: '1.00', needed_by: '2031-01-01', reason: LONG });
  const { page, context } = await openWindow(world.browser, { signedIn: world.signedIn, size: PHONE });
  for (const path of [`/app/cases/office/purchase/${caseId}`, '/app/cases/office/purchase', '/app/inbox']) {
    await page.goto(path);
    await settle(page);
    await checkFits(page, path);
  }
  await context.close();
}

/** The policy holds: no inline script, no text as markup, no other host, no frame. */
async function a_browser_runs_nothing_else(world) {
  const { page, context, complaints } = await openWindow(world.browser, { signedIn: world.signedIn });
  await page.goto('/app/inbox');
  await settle(page);
  const outcome = await page.evaluate(async () => {
    const refused = (act) => { try { act(); return 'done'; } catch (error) { return error.name; } };
    const script = document.createElement('script');
    const outside = await fetch('http://127.0.0.1:9/').then(() => 'done', (error) => error.name);
    return {
      markup: refused(() => { document.body.innerHTML = '<b>x</b>'; }),
      text: refused(() => { script.text = 'window.broken = 1'; }),
      outside,
    };
  });
  assert.deepEqual(outcome, { markup: 'TypeError', text: 'TypeError', outside: 'TypeError' });
  await checkUnbroken(page, 'the inbox');
  assert.ok(complaints.length >= 2 && complaints.every((text) => /Content Security Policy|TrustedHTML|TrustedScript|Trusted/.test(text)), complaints.join('\n'));
  await context.close();
}

export const hostileTests = [what_people_write_stays_text, long_words_fit_a_phone, a_browser_runs_nothing_else];
