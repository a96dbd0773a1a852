// passkeys.mjs - a browser with a device that keeps keys: Chromium's virtual authenticator. It is
// told on standard input where we are and who is in, and says what happened.
import { chromium } from 'playwright-core';

const told = JSON.parse(await new Promise((resolve) => {
  let text = '';
  process.stdin.on('data', (part) => { text += part; }).on('end', () => resolve(text));
}));

// What a client does, in the page: options from us, the device's answer back to us.
async function register(label) {
  const bytes_of = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (letter) => letter.charCodeAt(0));
  const text_of = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
  const post = async (path, content) => {
    const answer = await fetch(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(content) });
    return { status: answer.status, said: await answer.json().catch(() => null) };
  };
  const { said: options, status } = await post('/api/passkeys/register_options', {});
  if (status !== 200) return { status, said: options };
  let made;
  try {
    made = await navigator.credentials.create({ publicKey: {
      challenge: bytes_of(options.challenge), rp: { id: options.rp_id, name: options.rp_name },
      user: { id: bytes_of(options.user_id), name: options.user_name, displayName: options.user_display_name },
      pubKeyCredParams: [-8, -7, -257].map((alg) => ({ type: 'public-key', alg })),
      excludeCredentials: options.exclude.map((id) => ({ type: 'public-key', id: bytes_of(id) })),
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    } });
  } catch (error) {
    return { status: 0, said: error.name };
  }
  const content = { challenge: options.challenge, label,
    client_data: text_of(made.response.clientDataJSON), attestation_object: text_of(made.response.attestationObject) };
  const first = await post('/api/passkeys', content);
  const again = await post('/api/passkeys', content);
  return { ...first, again: again.status, content };
}

let browser;
try {
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  const context = await browser.newContext();
  const page = await context.newPage();
  const devices = await context.newCDPSession(page);
  await devices.send('WebAuthn.enable');
  const add = async () => (await devices.send('WebAuthn.addVirtualAuthenticator', { options: {
    protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true,
    isUserVerified: true, automaticPresenceSimulation: true,
  } })).authenticatorId;
  let device = await add();
  const said = {};
  const set_cookies = () => context.addCookies(Object.entries(told.cookies).map(([name, value]) => ({ name, value, url: told.address })));

  await set_cookies();
  await page.goto(`${told.address}/oauth/device`);
  said.first = await page.evaluate(register, 'telephone');
  said.same_device = await page.evaluate(register, 'again');
  const first_device = (await devices.send('WebAuthn.getCredentials', { authenticatorId: device })).credentials;

  // Signed out, in a browser that has never been here: only the device knows who he is.
  const enter = async () => {
    await context.clearCookies();
    await page.goto(`${told.address}/oauth/device`);
    await page.waitForSelector('button.plain >> nth=1');
    const answered = page.waitForResponse((answer) => answer.url().endsWith('/api/passkeys/login'));
    await page.click('button.plain >> nth=1');
    const answer = await answered;
    if (answer.status() !== 200) return answer.status();
    await page.waitForSelector('#user_code');
    return page.evaluate(() => fetch('/api/profile').then((profile) => profile.json()).then((profile) => profile.email));
  };
  said.entered = await enter();
  said.entered_again = await enter();
  said.sessions = await page.evaluate(() => fetch('/api/sessions').then((answer) => answer.json()).then((list) => list.items.map((one) => one.method)));
  said.listed = await page.evaluate(() => fetch('/api/passkeys').then((answer) => answer.json()).then((list) => list.items));

  // A copy of the key that was made before: its count is behind.
  await devices.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId: device });
  device = await add();
  await devices.send('WebAuthn.addCredential', { authenticatorId: device, credential: first_device[0] });
  said.copy = await enter();

  // The same key, and its count is ahead of what we have seen.
  await devices.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId: device });
  device = await add();
  await devices.send('WebAuthn.addCredential', { authenticatorId: device, credential: { ...first_device[0], signCount: 1000 } });
  said.entered_later = await enter();

  // Called something else, and removed.
  const path = `/api/passkeys/${said.listed[0].id}`;
  const change = (method, content) => page.evaluate(([where, how, what]) => fetch(where, { method: how,
    headers: { 'Content-Type': 'application/json' }, body: what && JSON.stringify(what) }).then((answer) => answer.status), [path, method, content]);
  said.renamed = await change('PATCH', { label: 'old telephone' });
  said.label = await page.evaluate(() => fetch('/api/passkeys').then((answer) => answer.json()).then((list) => list.items[0].label));
  said.removed = await change('DELETE');
  said.removed_again = await change('DELETE');
  said.after = await enter();
  process.stdout.write(JSON.stringify(said));
} catch (error) {
  process.stdout.write(JSON.stringify({ failed: error.stack }));
} finally {
  if (browser) await browser.close();
}
