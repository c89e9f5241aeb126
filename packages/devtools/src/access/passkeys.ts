import type { PublicKeyCredentialCreationOptionsJSON } from '@simplewebauthn/server';
import { PanelError } from '../http/problem.ts';
import type { PanelOrigin } from './origin.ts';
import type { AccessStore } from './store/access-store.ts';
import type { Passkey } from './store/passkeys.ts';

/** Algorithms: Ed25519, ES256, RS256. */
const ALGORITHMS = [-8, -7, -257];
const TIMEOUT = 120_000;

/** Response of a browser for a passkey, not checked yet. */
export type PasskeyResponse = Record<string, unknown> & { id: string };

/** Registers passkeys, and verifies identities with them. */
export interface PasskeyProofs {
  /** Options of `navigator.credentials.create`. */
  registration(
    purpose: string,
    person: { id: string; name: string },
  ): Promise<PublicKeyCredentialCreationOptionsJSON>;
  /** @throws {PanelError} 401 when the response proves nothing */
  register(
    purpose: string,
    response: PasskeyResponse,
  ): Promise<Pick<Passkey, 'id' | 'publicKey' | 'counter' | 'transports'>>;
  /**
   * Options of `navigator.credentials.get`. They name no passkey, so that no client learns which
   * passkeys exist.
   */
  authentication(purpose: string): object;
  /**
   * @returns the passkey, after its use is recorded
   * @throws {PanelError} 401 when the response proves nothing
   */
  authenticate(purpose: string, response: PasskeyResponse): Promise<Passkey>;
}

type Library = typeof import('@simplewebauthn/server');

/** Loaded late, because few processes ever check a passkey. */
const loadLibrary = (): Promise<Library> => import('@simplewebauthn/server');

/** @param load loads the library that checks passkeys */
export function createPasskeyProofs(
  { challenges, passkeys }: AccessStore,
  { passkeys: origins, rpId }: PanelOrigin,
  load: () => Promise<Library> = loadLibrary,
): PasskeyProofs {
  const expected = (purpose: string) => ({
    expectedChallenge: (challenge: string) => challenges.isOpen(challenge, purpose),
    expectedOrigin: [...origins],
    expectedRPID: rpId,
    requireUserVerification: true,
  });

  return {
    async registration(purpose, { id, name }) {
      const { generateRegistrationOptions } = await load();
      return generateRegistrationOptions({
        rpName: 'Gati panel',
        rpID: rpId,
        userName: name,
        userID: new Uint8Array(Buffer.from(id, 'base64url')),
        challenge: new Uint8Array(challenges.create(purpose)),
        timeout: TIMEOUT,
        attestationType: 'none',
        excludeCredentials: passkeys.of(id).map((passkey) => ({ id: passkey.id })),
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
        supportedAlgorithmIDs: ALGORITHMS,
      });
    },
    async register(purpose, response) {
      const { verifyRegistrationResponse } = await load();
      const result = await verifyRegistrationResponse({
        ...expected(purpose),
        response: response as never,
        supportedAlgorithmIDs: ALGORITHMS,
      }).catch(rejected);
      if (result.verified !== true || !result.registrationInfo?.userVerified) throw wrongProof();
      takeChallenge(challenges, response);
      const { credential } = result.registrationInfo;
      return {
        id: credential.id,
        publicKey: Buffer.from(credential.publicKey).toString('base64url'),
        counter: credential.counter,
        transports: (credential.transports ?? []).join(','),
      };
    },
    authentication: (purpose) => ({
      challenge: challenges.create(purpose).toString('base64url'),
      rpId,
      timeout: TIMEOUT,
      userVerification: 'required',
      allowCredentials: [],
    }),
    async authenticate(purpose, response) {
      const passkey = passkeys.get(response.id);
      if (!passkey) throw wrongProof();
      const { verifyAuthenticationResponse } = await load();
      const result = await verifyAuthenticationResponse({
        ...expected(purpose),
        response: response as never,
        credential: {
          id: passkey.id,
          publicKey: new Uint8Array(Buffer.from(passkey.publicKey, 'base64url')),
          counter: passkey.counter,
        },
      }).catch(rejected);
      const { userHandle } = (response['response'] ?? {}) as { userHandle?: unknown };
      const isOwner = userHandle === undefined || userHandle === passkey.person;
      if (result.verified !== true || !result.authenticationInfo?.userVerified || !isOwner)
        throw wrongProof();
      takeChallenge(challenges, response);
      passkeys.noteUse(passkey.id, result.authenticationInfo.newCounter);
      return passkey;
    },
  };
}

function takeChallenge(challenges: AccessStore['challenges'], response: PasskeyResponse): void {
  const { clientDataJSON } = response['response'] as { clientDataJSON: string };
  const { challenge } = JSON.parse(Buffer.from(clientDataJSON, 'base64url').toString()) as {
    challenge: string;
  };
  if (!challenges.take(challenge)) throw wrongProof();
}

/** The library throws for most faults, with messages that do not help the client. */
const rejected = (): {
  verified: false;
  registrationInfo?: undefined;
  authenticationInfo?: undefined;
} => ({
  verified: false,
});

/** One error for all faults: an unknown passkey, a wrong one, and an old challenge. */
export const wrongProof = (): PanelError =>
  new PanelError(401, 'wrong_proof', 'The response does not prove your identity. Try again.');
