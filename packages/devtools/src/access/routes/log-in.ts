import type { Actor } from '../actor.ts';
import { clientAddress } from '../client.ts';
import type { AccessContext } from '../context.ts';
import { printSessionCookie } from '../cookie.ts';
import {
  DIGITS,
  type DefineRoute,
  NAME,
  PASSKEY,
  type RouteCall,
  type RouteReply,
  TEXT,
} from '../define-route.ts';
import type { AccessRoute } from '../gate.ts';
import { type PasskeyResponse, wrongProof } from '../passkeys.ts';
import { normalizeRecoveryCode } from '../recovery-codes.ts';
import { IDENTIFY, OWN } from '../rule.ts';
import type { Person } from '../store/people.ts';
import { findStep } from '../totp.ts';

const LOGIN = 'login';

/**
 * Secret that codes of unknown names are compared with, so that their check takes as long as for
 * known names.
 */
const NO_SECRET = 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';

/** Routes to log in, to prove the identity again, and to log out. */
export function logInRoutes(context: AccessContext, define: DefineRoute): AccessRoute[] {
  const { store, origin, proofs } = context;
  return [
    define({
      path: 'passkey/challenge',
      rule: IDENTIFY,
      body: {},
      handle: () => ({ body: proofs.authentication(LOGIN) }),
    }),
    define<{ response: PasskeyResponse }>({
      path: 'passkey/log-in',
      rule: IDENTIFY,
      body: { response: PASSKEY },
      audit: 'access.log-in',
      async handle({ response }, call) {
        const { person } = await proofs.authenticate(LOGIN, response);
        return logIn(context, call, store.people.get(person)!, 'passkey');
      },
    }),
    define<{ name: string; code: string }>({
      path: 'totp/log-in',
      rule: IDENTIFY,
      body: { name: NAME, code: DIGITS },
      audit: 'access.log-in',
      shown: ['name'],
      handle({ name, code }, call) {
        const named = store.people.named(name);
        const person = limited(
          context,
          { key: `name ${name.toLowerCase()}`, isKnown: named !== undefined },
          () => checkTotp(context, named, code),
        );
        return logIn(context, call, person, 'totp');
      },
    }),
    define<{ name: string; code: string }>({
      path: 'recovery/log-in',
      rule: IDENTIFY,
      body: { name: NAME, code: TEXT },
      audit: 'access.log-in',
      shown: ['name'],
      handle({ name, code }, call) {
        // Attempts have no limit, because clients can't guess the 80 bits of a code. With a limit,
        // strangers could lock people out.
        const person = store.people.named(name);
        const isTaken = store.people.takeRecoveryCode(
          person?.id ?? '',
          normalizeRecoveryCode(code),
        );
        if (!isTaken || !person) throw wrongProof();
        return logIn(context, call, person, 'recovery');
      },
    }),
    define({
      path: 'step-up/challenge',
      rule: OWN,
      body: {},
      handle: (_body, { actor }) => ({ body: proofs.authentication(stepUp(actor)) }),
    }),
    define<{ response?: PasskeyResponse; code?: string }>({
      path: 'step-up',
      rule: OWN,
      body: { response: PASSKEY, code: DIGITS },
      optional: ['response', 'code'],
      audit: 'access.step-up',
      async handle({ response, code }, call) {
        const { actor } = call;
        if (actor.session === undefined) throw wrongProof();
        if (response) {
          const { person } = await proofs.authenticate(stepUp(actor), response);
          if (person !== actor.id) throw wrongProof();
        } else
          // Not the key of log-ins: strangers who guess codes do not lock out open sessions.
          limited(context, { key: `step-up ${actor.id}`, isKnown: true }, () =>
            checkTotp(context, store.people.get(actor.id), code ?? ''),
          );
        const cookie = printSessionCookie(origin, store.sessions.prove(actor.session));
        return { body: {}, headers: { 'set-cookie': cookie } };
      },
    }),
    define({
      path: 'log-out',
      rule: OWN,
      body: {},
      audit: 'access.log-out',
      handle(_body, { actor }) {
        if (actor.session !== undefined) store.sessions.end(actor.session);
        // Does not send `Clear-Site-Data`, which would also remove the data of the app under the
        // same origin.
        return { body: {}, headers: { 'set-cookie': printSessionCookie(origin) } };
      },
    }),
  ];
}

const stepUp = ({ session }: Actor): string => `step-up ${session}`;

/** Starts a session of a person who has proved the identity, after its entry in the audit log. */
function logIn(
  context: AccessContext,
  call: RouteCall,
  person: Person,
  method: string,
): RouteReply {
  call.begin(actorOf(person, call, context));
  return startSession(context, call, person, method);
}

/** Returns the person of a request as the actor of its entry in the audit log. */
export const actorOf = (
  { id, name, role }: Pick<Person, 'id' | 'name' | 'role'>,
  { req }: Pick<RouteCall, 'req'>,
  { now }: AccessContext,
): Actor => ({ kind: 'person', id, name, role, address: clientAddress(req), provedAt: now() });

/** Starts a session of a person. */
export function startSession(
  { store, origin }: AccessContext,
  { req }: Pick<RouteCall, 'req'>,
  { id }: Person,
  method: string,
): RouteReply {
  const address = clientAddress(req);
  const agent = req.headers['user-agent'] ?? '';
  const secret = store.sessions.start({ person: id, method, address, agent });
  return {
    body: {},
    headers: { 'set-cookie': printSessionCookie(origin, secret) },
  };
}

/** Returns the person if the code is right and was not used before. */
function checkTotp(
  { store, now }: AccessContext,
  person: Person | undefined,
  code: string,
): Person | undefined {
  const step = findStep(person?.totp ?? NO_SECRET, code, now());
  const isRight = step !== undefined && store.people.takeStep(person?.id ?? '', step);
  return isRight && person?.totp ? person : undefined;
}

/**
 * Checks a code that can be guessed. Wrong codes of log-ins are counted by name, whether or not the
 * name exists. Passkeys and recovery codes can't be guessed, so a person who is locked out here can
 * still log in.
 *
 * @throws {PanelError} 401 or 429
 */
function limited(
  { store: { attempts } }: AccessContext,
  { key, isKnown }: { key: string; isKnown: boolean },
  check: () => Person | undefined,
): Person {
  attempts.check(key, isKnown);
  const person = check();
  if (!person) {
    attempts.fail(key);
    throw wrongProof();
  }
  attempts.clear(key);
  return person;
}
