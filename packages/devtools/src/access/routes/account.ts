import type { Account } from '../../api/access.ts';
import type { AccessContext } from '../context.ts';
import { type DefineRoute, TEXT } from '../define-route.ts';
import type { AccessRoute } from '../gate.ts';
import { createRecoveryCodes } from '../recovery-codes.ts';
import { OWN, READ } from '../rule.ts';
import { CREDENTIALS, notFound, personOf } from './own-entries.ts';
import { ownPasskeyRoutes } from './own-passkeys.ts';
import { ownTotpRoutes } from './own-totp.ts';

/** The actor's own account: passkeys, authenticator app, recovery codes, sessions. */
export function accountRoutes(context: AccessContext, define: DefineRoute): AccessRoute[] {
  const { store, origin } = context;
  const { people, passkeys, sessions } = store;

  return [
    {
      method: 'GET',
      path: 'access/account',
      rule: READ,
      handle({ actor }) {
        const { id, name, role, totp } = personOf(people, actor.id);
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
    ...ownPasskeyRoutes(context, define),
    ...ownTotpRoutes(context, define),
    define({
      path: 'recovery/renew',
      rule: CREDENTIALS,
      body: {},
      audit: 'access.renew-recovery-codes',
      handle(_body, { actor }) {
        const { id } = personOf(people, actor.id);
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
        if (!sessions.end(id, personOf(people, actor.id).id)) throw notFound();
        return { body: {} };
      },
    }),
  ];
}
