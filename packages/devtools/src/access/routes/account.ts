import { PanelError } from '../../http/problem.ts';
import type { Account } from '../../api/access.ts';
import type { AccessContext } from '../context.ts';
import { DIGITS, type DefineRoute, NAME, PASSKEY, TEXT } from '../define-route.ts';
import type { AccessRoute } from '../gate.ts';
import { type PasskeyResponse, wrongProof } from '../passkeys.ts';
import { createRecoveryCodes } from '../recovery-codes.ts';
import { OWN, READ, type Rule } from '../rule.ts';
import type { Person } from '../store/people.ts';
import { findStep, toBase32, totpUri } from '../totp.ts';

/** Rule of requests that change how the actor logs in. */
const CREDENTIALS: Rule = { ...OWN, stepUp: true };

/** The actor's own account: passkeys, authenticator app, recovery codes, sessions. */
export function accountRoutes(context: AccessContext, define: DefineRoute): AccessRoute[] {
  const { store, proofs, now, origin } = context;
  const { people, passkeys, sessions } = store;
  const personOf = (id: string): Person => {
    const person = people.get(id);
    // A token is not a person.
    if (!person)
      throw new PanelError(403, 'session_required', 'Log in with a browser to make this request.');
    return person;
  };
  const purpose = (id: string): string => `add ${id}`;
  const totpSecret = (session: string): string =>
    toBase32(store.challenges.derive(`totp ${session}`).subarray(0, 20));

  return [
    {
      method: 'GET',
      path: 'access/account',
      rule: READ,
      handle({ actor }) {
        const { id, name, role, totp } = personOf(actor.id);
        const account: Account = {
          id,
          name,
          role,
          rpId: origin.rpId,
          hasTotp: totp !== null,
          recoveryCodes: people.countRecoveryCodes(id),
          passkeys: passkeys.of(id).map((passkey) => ({
            id: passkey.id,
            name: passkey.name,
            created: passkey.created,
            used: passkey.used,
          })),
          sessions: sessions.of(id).map((session) => ({
            id: session.id,
            method: session.method,
            created: session.created,
            seen: session.seen,
            address: session.address,
            agent: session.agent,
            isThis: session.id === actor.session,
          })),
        };
        return { body: account };
      },
    },
    define({
      path: 'passkeys/options',
      rule: CREDENTIALS,
      body: {},
      async handle(_body, { actor }) {
        return { body: await proofs.registration(purpose(actor.id), personOf(actor.id)) };
      },
    }),
    define<{ name: string; response: PasskeyResponse }>({
      path: 'passkeys/add',
      rule: CREDENTIALS,
      body: { name: NAME, response: PASSKEY },
      audit: 'access.add-passkey',
      shown: ['name'],
      async handle({ name, response }, { actor }) {
        const person = personOf(actor.id).id;
        passkeys.add({ ...(await proofs.register(purpose(person), response)), person, name });
        return { body: {} };
      },
    }),
    define<{ id: string }>({
      path: 'passkeys/remove',
      rule: CREDENTIALS,
      body: { id: { type: 'string', minLength: 1, maxLength: 1400 } },
      audit: 'access.remove-passkey',
      shown: ['id'],
      handle({ id }, { actor }) {
        const person = personOf(actor.id);
        const others = passkeys.of(person.id).filter((passkey) => passkey.id !== id);
        if (others.length === 0 && person.totp === null) throw lastProof();
        if (!passkeys.remove(id, person.id)) throw notFound();
        // A stolen device may have opened sessions.
        endOtherSessions(context, person.id, actor.session);
        return { body: { left: others.map((passkey) => passkey.id) } };
      },
    }),
    define({
      path: 'totp/options',
      rule: CREDENTIALS,
      body: {},
      handle(_body, { actor }) {
        const { name } = personOf(actor.id);
        const secret = totpSecret(actor.session!);
        return { body: { secret, uri: totpUri(secret, name) } };
      },
    }),
    define<{ code: string }>({
      path: 'totp/set',
      rule: CREDENTIALS,
      body: { code: DIGITS },
      audit: 'access.set-totp',
      handle({ code }, { actor }) {
        const { id } = personOf(actor.id);
        const secret = totpSecret(actor.session!);
        const step = findStep(secret, code, now());
        if (step === undefined) throw wrongProof();
        people.setTotp(id, secret, step);
        return { body: {} };
      },
    }),
    define({
      path: 'totp/remove',
      rule: CREDENTIALS,
      body: {},
      audit: 'access.remove-totp',
      handle(_body, { actor }) {
        const { id } = personOf(actor.id);
        if (passkeys.of(id).length === 0) throw lastProof();
        people.setTotp(id, null);
        return { body: {} };
      },
    }),
    define({
      path: 'recovery/renew',
      rule: CREDENTIALS,
      body: {},
      audit: 'access.renew-recovery-codes',
      handle(_body, { actor }) {
        const { id } = personOf(actor.id);
        const recoveryCodes = createRecoveryCodes();
        store.transaction(() => people.setRecoveryCodes(id, recoveryCodes));
        return { body: { recoveryCodes } };
      },
    }),
    define<{ id: string }>({
      path: 'sessions/end',
      rule: OWN,
      body: { id: TEXT },
      audit: 'access.end-session',
      shown: ['id'],
      handle({ id }, { actor }) {
        if (!sessions.end(id, personOf(actor.id).id)) throw notFound();
        return { body: {} };
      },
    }),
  ];
}

function endOtherSessions(
  { store: { sessions } }: AccessContext,
  person: string,
  own: string | undefined,
): void {
  for (const { id } of sessions.of(person)) if (id !== own) sessions.end(id);
}

export const notFound = (): PanelError =>
  new PanelError(404, 'not_found', 'The account has no such entry.');

const lastProof = (): PanelError =>
  new PanelError(409, 'last_proof', 'This is the only way to log in. Add another one first.');
