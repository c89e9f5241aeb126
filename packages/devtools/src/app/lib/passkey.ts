import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/browser';
import { postJson, ResponseError } from './api.ts';

/** Loads the library when the first passkey is used. */
const load = (): Promise<typeof import('@simplewebauthn/browser')> =>
  import('@simplewebauthn/browser');

/** Whether the browser has passkeys under this address: it has none under an IP address. */
export const hasPasskeys = (): boolean =>
  'PublicKeyCredential' in window && !/^[\d.]+$|^\[/.test(location.hostname);

/** Creates a passkey. Returns the response that the server checks. */
export async function createPasskey(path: string, body: object): Promise<object> {
  const optionsJSON = await postJson<PublicKeyCredentialCreationOptionsJSON>(path, body);
  return (await load()).startRegistration({ optionsJSON });
}

/** Signs a challenge with a passkey. Returns the response that the server checks. */
export async function usePasskey(path: string): Promise<object> {
  const optionsJSON = await postJson<PublicKeyCredentialRequestOptionsJSON>(path, {});
  return (await load()).startAuthentication({ optionsJSON });
}

/** Reports the remaining passkeys to the user's password manager, if the browser supports that. */
export async function signalPasskeys(
  rpId: string,
  userId: string,
  allAcceptedCredentialIds: string[],
): Promise<void> {
  const { signalAllAcceptedCredentials: signal } = PublicKeyCredential as unknown as {
    signalAllAcceptedCredentials?(options: object): Promise<void>;
  };
  await signal
    ?.call(PublicKeyCredential, { rpId, userId, allAcceptedCredentialIds })
    .catch(() => undefined);
}

/** Describes for people why a step failed. */
export function describeFailure(error: unknown): string {
  if (error instanceof ResponseError) return error.message;
  const { name } = error as { name?: string };
  if (name === 'NotAllowedError') return 'The browser has cancelled the request. Try again.';
  if (name === 'InvalidStateError') return 'This device already has a passkey for this account.';
  if (error instanceof TypeError) return 'The server does not respond. Try again.';
  return 'The browser could not use a passkey.';
}
