// passkeys.ts - the browser's side of WebAuthn: bytes to base64url and back.
import { post } from './api';

export const hasPasskeys = () => window.isSecureContext && 'PublicKeyCredential' in window && 'parseRequestOptionsFromJSON' in PublicKeyCredential;

interface Asked {
  ceremony_id?: string;
  options: any;
}

const publicKey = () => PublicKeyCredential as any; // its JSON functions are younger than TypeScript's library

export async function signInByPasskey(): Promise<void> {
  const asked = await post<Asked>('/api/login/passkey/options');
  const credential = await navigator.credentials.get({ publicKey: publicKey().parseRequestOptionsFromJSON(asked.options) });
  await post('/api/login/passkey', { ceremony_id: asked.ceremony_id, credential: (credential as any).toJSON() });
}

export async function addPasskey(name: string): Promise<void> {
  const asked = await post<Asked>('/api/passkeys/options');
  const credential = await navigator.credentials.create({ publicKey: publicKey().parseCreationOptionsFromJSON(asked.options) });
  await post('/api/passkeys', { ceremony_id: asked.ceremony_id, name, credential: (credential as any).toJSON() });
}
