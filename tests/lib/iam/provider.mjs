// provider.mjs - an outside OpenID provider, by oidc-provider. Whoever comes is let in as the person
// that was set last: POST /set {"sub", "email", "verified"}.
import { createServer } from 'node:http';
import crypto from 'node:crypto';
import { exportJWK, generateKeyPair } from 'jose';
import Provider from 'oidc-provider';

// What it misses of a newer Node; older_node.mjs does the rest.
URL.parse ??= (text, base) => { try { return new URL(text, base); } catch { return null; } };
crypto.hash ??= (name, data, form = 'hex') => crypto.createHash(name).update(data).digest(form);
URL.canParse ??= (text, base) => URL.parse(text, base) !== null;

const told = JSON.parse(process.argv[2]);
let person = { sub: 'p1', email: 'olga@example.org', verified: true };
let provider;

const keys = [];
for (const [algorithm, options] of [['RS256'], ['ES256'], ['EdDSA', { crv: 'Ed25519' }]]) {
  const { privateKey } = await generateKeyPair(algorithm, { extractable: true, ...options });
  keys.push({ ...await exportJWK(privateKey), alg: algorithm, use: 'sig' });
}

const server = createServer((request, response) => {
  if (request.url === '/set') {
    let text = '';
    request.on('data', (part) => { text += part; }).on('end', () => { person = JSON.parse(text); response.end('{}'); });
  } else if (request.url.startsWith('/interaction/')) {
    provider.interactionFinished(request, response, { login: { accountId: person.sub } }, { mergeWithLastSubmission: false })
      .catch((error) => { response.statusCode = 500; response.end(error.stack); });
  } else {
    provider.callback()(request, response);
  }
});

server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  provider = new Provider(issuer, {
    clients: [{ client_id: 'kontora', client_secret: 'a secret: with + signs', redirect_uris: told.redirect_uris,
      token_endpoint_auth_method: told.way, id_token_signed_response_alg: told.algorithm }],
    jwks: { keys },
    pkce: { required: () => true },
    clientAuthMethods: [told.way],
    enabledJWA: { idTokenSigningAlgValues: ['RS256', 'ES256', 'EdDSA'] },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    conformIdTokenClaims: false,
    features: { devInteractions: { enabled: false } },
    cookies: { keys: ['for tests'] },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_, id) => ({ accountId: id, claims: async () => ({ sub: id, email: person.email, email_verified: person.verified, name: 'Olga' }) }),
    loadExistingGrant: async (context) => {
      const grant = new context.oidc.provider.Grant({ clientId: context.oidc.client.clientId, accountId: context.oidc.session.accountId });
      grant.addOIDCScope('openid email profile');
      await grant.save();
      return grant;
    },
  });
  console.log(issuer);
});
