import type { AccessContext } from '../context.ts';
import { type DefineRoute, NAME, PASSKEY } from '../define-route.ts';
import type { AccessRoute } from '../gate.ts';
import type { PasskeyResponse } from '../passkeys.ts';
import { CREDENTIALS, lastProof, notFound, personOf } from './own-entries.ts';

/** The actor's own passkeys. */
export function ownPasskeyRoutes(context: AccessContext, define: DefineRoute): AccessRoute[] {
  const { store, proofs } = context;
  const { people, passkeys } = store;
  const purpose = (id: string): string => `add ${id}`;

  return [
    define({
      path: 'passkeys/options',
      rule: CREDENTIALS,
      body: {},
      async handle(_body, { actor }) {
        return { body: await proofs.registration(purpose(actor.id), personOf(people, actor.id)) };
      },
    }),
    define<{ name: string; response: PasskeyResponse }>({
      path: 'passkeys/add',
      rule: CREDENTIALS,
      body: { name: NAME, response: PASSKEY },
      audit: 'access.add-passkey',
      shown: ['name'],
      async handle({ name, response }, { actor }) {
        const person = personOf(people, actor.id).id;
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
        const person = personOf(people, actor.id);
        const others = passkeys.of(person.id).filter((passkey) => passkey.id !== id);
        if (others.length === 0 && person.totp === null) throw lastProof();
        if (!passkeys.remove(id, person.id)) throw notFound();
        // A stolen device may have opened sessions.
        endOtherSessions(context, person.id, actor.session);
        return { body: { left: others.map((passkey) => passkey.id) } };
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
