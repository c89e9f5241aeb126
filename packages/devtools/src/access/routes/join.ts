import { PanelError } from '../../http/problem.ts';
import type { AccessContext } from '../context.ts';
import {
  DIGITS,
  type DefineRoute,
  NAME,
  PASSKEY,
  type RouteCall,
  SECRET,
} from '../define-route.ts';
import type { AccessReply, AccessRoute } from '../gate.ts';
import { type PasskeyResponse, wrongProof } from '../passkeys.ts';
import { createRecoveryCodes } from '../recovery-codes.ts';
import { IDENTIFY } from '../rule.ts';
import { hashSecret } from '../secret.ts';
import type { Link } from '../store/links.ts';
import { findStep, toBase32, totpUri } from '../totp.ts';
import { actorOf, startSession } from './log-in.ts';

interface Joining {
  link: string;
  name: string;
}

const JOINING = { link: SECRET, name: NAME };

/**
 * Creates an account with the link of the set-up or of an invitation. A wrong link gets the same
 * 404 as a path that does not exist, before the set-up and after it.
 */
export function joinRoutes(context: AccessContext, define: DefineRoute): AccessRoute[] {
  const { store, proofs, now } = context;
  const find = (secret: string): Link => {
    const link = store.links.find(secret);
    if (!link) throw new PanelError(404, 'not_found', 'The read API has no such path.');
    return link;
  };
  const purpose = (secret: string): string => `join ${hashSecret(secret)}`;
  /** The id must be known before the passkey is made, and be the same afterwards. */
  const personId = (secret: string): string =>
    store.challenges
      .derive(`person ${hashSecret(secret)}`)
      .subarray(0, 16)
      .toString('base64url');
  const totpSecret = (secret: string): string =>
    toBase32(store.challenges.derive(`totp ${hashSecret(secret)}`).subarray(0, 20));

  /** Uses up the link and adds the person. If two browsers use one link, only one succeeds. */
  function join(
    call: RouteCall,
    { link: secret, name }: Joining,
    method: 'passkey' | 'totp',
    addProof: (id: string) => void,
  ): AccessReply {
    const id = personId(secret);
    const codes = createRecoveryCodes();
    const { role } = find(secret);
    const checkName = (): void => {
      if (store.people.named(name))
        throw new PanelError(409, 'name_taken', 'Another person has this name.');
    };
    checkName();
    call.begin(actorOf({ id, name, role }, call, context));
    store.transaction(() => {
      checkName();
      if (!store.links.take(secret)) throw wrongProof();
      store.people.add({ id, name, role });
      addProof(id);
      store.people.setRecoveryCodes(id, codes);
    });
    const reply = startSession(context, call, store.people.get(id)!, method);
    return { ...reply, body: { recoveryCodes: codes } };
  }

  return [
    define<{ link: string }>({
      path: 'join/open',
      rule: IDENTIFY,
      body: { link: SECRET },
      handle({ link }) {
        const { kind, role } = find(link);
        return { body: { kind, role } };
      },
    }),
    define<Joining>({
      path: 'join/passkey/options',
      rule: IDENTIFY,
      body: JOINING,
      async handle({ link, name }) {
        find(link);
        const person = { id: personId(link), name };
        return { body: await proofs.registration(purpose(link), person) };
      },
    }),
    define<Joining & { response: PasskeyResponse }>({
      path: 'join/passkey',
      rule: IDENTIFY,
      body: { ...JOINING, response: PASSKEY },
      audit: 'access.join',
      shown: ['name'],
      async handle({ response, ...joining }, call) {
        find(joining.link);
        const passkey = await proofs.register(purpose(joining.link), response);
        return join(call, joining, 'passkey', (person) =>
          store.passkeys.add({ ...passkey, person, name: 'Passkey' }),
        );
      },
    }),
    define<Joining>({
      path: 'join/totp/options',
      rule: IDENTIFY,
      body: JOINING,
      handle({ link, name }) {
        find(link);
        const secret = totpSecret(link);
        return { body: { secret, uri: totpUri(secret, name) } };
      },
    }),
    define<Joining & { code: string }>({
      path: 'join/totp',
      rule: IDENTIFY,
      body: { ...JOINING, code: DIGITS },
      audit: 'access.join',
      shown: ['name'],
      handle({ code, ...joining }, call) {
        find(joining.link);
        const secret = totpSecret(joining.link);
        const step = findStep(secret, code, now());
        if (step === undefined) throw wrongProof();
        return join(call, joining, 'totp', (id) => store.people.setTotp(id, secret, step));
      },
    }),
  ];
}
