// passkeys.ts - the browser's side of WebAuthn: options from the server, the device's answer back.
import { post } from './api';

interface RegisterOptions {
  challenge: string;
  rp_id: string;
  rp_name: string;
  user_id: string;
  user_name: string;
  user_display_name: string;
  exclude: string[];
}

const ALGORITHMS = [-8, -7, -257]; // EdDSA, ES256, RS256
const IP_ADDRESS = /^[\d.]+$|:/;

/** A passkey belongs to a name, over TLS or on this machine; an address of numbers has none. */
export const hasPasskeys = () => window.isSecureContext && 'PublicKeyCredential' in window && !IP_ADDRESS.test(location.hostname);

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replace(/-/g, '+').replace(/_/g, '/'));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

function textOf(bytes: ArrayBuffer): string {
  return btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}

/** null: the person has closed the browser's question. */
async function asked<Credential>(question: Promise<Credential | null>): Promise<Credential | null> {
  try {
    return await question;
  } catch (error) {
    if (error instanceof DOMException && ['NotAllowedError', 'AbortError', 'InvalidStateError'].includes(error.name)) return null;
    throw error;
  }
}

export async function signInByPasskey(): Promise<boolean> {
  const options = await post<{ challenge: string; rp_id: string }>('/api/passkeys/login_options');
  const found = await asked(navigator.credentials.get({
    publicKey: { challenge: bytesOf(options.challenge), rpId: options.rp_id, userVerification: 'required' },
  })) as PublicKeyCredential | null;
  if (!found) return false;
  const said = found.response as AuthenticatorAssertionResponse;
  await post('/api/passkeys/login', {
    challenge: options.challenge,
    credential_id: textOf(found.rawId),
    client_data: textOf(said.clientDataJSON),
    authenticator_data: textOf(said.authenticatorData),
    signature: textOf(said.signature),
    ...(said.userHandle ? { user_handle: textOf(said.userHandle) } : {}),
  });
  return true;
}

export async function addPasskey(label: string): Promise<boolean> {
  const options = await post<RegisterOptions>('/api/passkeys/register_options');
  const made = await asked(navigator.credentials.create({
    publicKey: {
      challenge: bytesOf(options.challenge),
      rp: { id: options.rp_id, name: options.rp_name },
      user: { id: bytesOf(options.user_id), name: options.user_name, displayName: options.user_display_name },
      pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: 'public-key', alg })),
      excludeCredentials: options.exclude.map((id) => ({ type: 'public-key', id: bytesOf(id) })),
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    },
  })) as PublicKeyCredential | null;
  if (!made) return false;
  const said = made.response as AuthenticatorAttestationResponse;
  await post('/api/passkeys', {
    challenge: options.challenge, label, client_data: textOf(said.clientDataJSON), attestation_object: textOf(said.attestationObject),
  });
  return true;
}
