// sign_on.mjs - a program that lets people sign in with us, by openid-client. It is told on standard
// input who we are and who sits at the browser, and says on standard output what it was given.
import * as client from 'openid-client';

const told = JSON.parse(await new Promise((resolve) => {
  let text = '';
  process.stdin.on('data', (part) => { text += part; }).on('end', () => resolve(text));
}));

const insecure = { execute: [client.allowInsecureRequests] };
const errors = async (promise) => promise.then(() => 'no error', (error) => error.error || error.code || String(error));

async function browser(method, path, content) {
  const answer = await fetch(told.issuer + path, {
    method, redirect: 'manual',
    headers: { Cookie: told.cookie, 'Sec-Fetch-Site': 'same-origin', ...told.headers, ...(content ? { 'Content-Type': 'application/json' } : {}) },
    body: content ? JSON.stringify(content) : undefined,
  });
  return { status: answer.status, location: answer.headers.get('location'), text: await answer.text() };
}

async function discover(public_one) {
  return client.discovery(new URL(told.issuer), told.client_id, public_one ? undefined : told.client_secret,
    public_one ? client.None() : client[told.way || 'ClientSecretBasic'](told.client_secret), insecure);
}

async function sign_in(config, scope) {
  const verifier = client.randomPKCECodeVerifier();
  const state = client.randomState();
  const nonce = client.randomNonce();
  const parameters = {
    redirect_uri: told.redirect_uri, scope, state, nonce,
    code_challenge: await client.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
  };
  const asked = client.buildAuthorizationUrl(config, parameters);
  const page = await browser('GET', asked.pathname + asked.search);
  const word = await browser('POST', '/api/oauth/consent',
    { ...parameters, response_type: 'code', client_id: told.client_id, approved: true });
  if (word.status !== 200) throw new Error(`the word was not taken: ${word.status} ${word.text}`);
  const back = new URL(JSON.parse(word.text).redirect);
  const tokens = await client.authorizationCodeGrant(config, back,
    { pkceCodeVerifier: verifier, expectedNonce: nonce, expectedState: state, idTokenExpected: true });
  return { page, back, tokens, verifier };
}

const stories = {
  async code() {
    const config = await discover(told.is_public);
    const { page, tokens, back } = await sign_in(config, 'openid profile email offline_access');
    const claims = tokens.claims();
    const who = await client.fetchUserInfo(config, tokens.access_token, claims.sub);
    return { page: page.status, claims, who, scope: tokens.scope, expires_in: tokens.expires_in, iss: back.searchParams.get('iss'),
      algorithm: JSON.parse(atob(tokens.id_token.split('.')[0])).alg };
  },
  async refresh() {
    const config = await discover();
    const { tokens: first } = await sign_in(config, 'openid offline_access');
    const second = await client.refreshTokenGrant(config, first.refresh_token);
    const before = await client.tokenIntrospection(config, second.access_token);
    const stolen = await errors(client.refreshTokenGrant(config, first.refresh_token));
    return { changed: first.refresh_token !== second.refresh_token, before, stolen,
      after: await errors(client.refreshTokenGrant(config, second.refresh_token)),
      access: (await client.tokenIntrospection(config, second.access_token)).active };
  },
  async revoke() {
    const config = await discover();
    const { tokens } = await sign_in(config, 'openid offline_access');
    const before = (await client.tokenIntrospection(config, tokens.access_token)).active;
    await client.tokenRevocation(config, tokens.access_token);
    const access = (await client.tokenIntrospection(config, tokens.access_token)).active;
    const refresh = (await client.tokenIntrospection(config, tokens.refresh_token)).active;
    await client.tokenRevocation(config, tokens.refresh_token);
    return { before, access, refresh, after: await errors(client.refreshTokenGrant(config, tokens.refresh_token)),
      who: await errors(client.fetchUserInfo(config, tokens.access_token, client.skipSubjectCheck)) };
  },
  async device() {
    const config = await discover(told.is_public);
    const begun = await client.initiateDeviceAuthorization(config, { scope: 'openid offline_access' });
    const looked = await browser('GET', `/api/oauth/device?user_code=${begun.user_code.toLowerCase()}`);
    const word = await browser('POST', '/api/oauth/device', { user_code: begun.user_code, approved: told.approved });
    const again = await browser('POST', '/api/oauth/device', { user_code: begun.user_code, approved: true });
    let tokens = null;
    const said = await errors(client.pollDeviceAuthorizationGrant(config, begun).then((given) => { tokens = given; }));
    return { begun, looked: JSON.parse(looked.text), word: word.status, again: again.status, said,
      sub: tokens?.claims()?.sub, refresh: Boolean(tokens?.refresh_token) };
  },
};

try {
  process.stdout.write(JSON.stringify(await stories[told.story]()));
} catch (error) {
  process.stdout.write(JSON.stringify({ failed: `${error.stack}\n${error.cause ? JSON.stringify(error.cause, Object.getOwnPropertyNames(error.cause)) : ''}` }));
}
