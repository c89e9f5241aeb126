import type { AccessContext } from '../context.ts';
import { type DefineRoute, DIGITS } from '../define-route.ts';
import type { AccessRoute } from '../gate.ts';
import { wrongProof } from '../passkeys.ts';
import { findStep, toBase32, totpUri } from '../totp.ts';
import { CREDENTIALS, lastProof, personOf } from './own-entries.ts';

/** The actor's own authenticator app. */
export function ownTotpRoutes({ store, now }: AccessContext, define: DefineRoute): AccessRoute[] {
  const { people, passkeys } = store;
  const totpSecret = (session: string): string =>
    toBase32(store.challenges.derive(`totp ${session}`).subarray(0, 20));

  return [
    define({
      path: 'totp/options',
      rule: CREDENTIALS,
      body: {},
      handle(_body, { actor }) {
        const { name } = personOf(people, actor.id);
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
        const { id } = personOf(people, actor.id);
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
        const { id } = personOf(people, actor.id);
        if (passkeys.of(id).length === 0) throw lastProof();
        people.setTotp(id, null);
        return { body: {} };
      },
    }),
  ];
}
