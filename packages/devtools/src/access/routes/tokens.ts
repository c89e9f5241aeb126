import { PanelError } from '../../http/problem.ts';
import { type Role, ROLES, type TokenList } from '../../api/access.ts';
import { hasRole } from '../actor.ts';
import type { AccessContext } from '../context.ts';
import { type DefineRoute, NAME, TEXT } from '../define-route.ts';
import type { AccessRoute } from '../gate.ts';
import { OWN, READ } from '../rule.ts';
import { notFound } from './own-entries.ts';

const DAY = 24 * 60 * 60_000;
/** Maximum number of days that a token lasts. */
const MAX_DAYS = 365;
/** Maximum number of tokens of one person. */
const MAX_TOKENS = 100;

/** Tokens for programs. An owner can also see and remove the tokens of other people. */
export function tokenRoutes(
  { store: { people, tokens }, now }: AccessContext,
  define: DefineRoute,
): AccessRoute[] {
  return [
    {
      method: 'GET',
      path: 'access/tokens',
      rule: READ,
      handle({ actor }) {
        const own = hasRole(actor, 'owner') ? undefined : actor.id;
        const list: TokenList = {
          tokens: tokens
            .list(own)
            .map(({ id, person, name, prefix, role, created, expires, used }) => ({
              id,
              person: people.get(person)?.name ?? '',
              name,
              prefix,
              role,
              created,
              expires,
              used,
            })),
        };
        return { body: list };
      },
    },
    define<{ name: string; role: Role; days: number }>({
      path: 'tokens/create',
      rule: { ...OWN, stepUp: true },
      body: {
        name: NAME,
        role: { enum: [...ROLES] },
        days: { type: 'integer', minimum: 1, maximum: MAX_DAYS },
      },
      audit: 'access.create-token',
      shown: ['name', 'role', 'days'],
      handle({ name, role, days }, { actor }) {
        if (!hasRole(actor, role))
          throw new PanelError(403, 'role_required', `This request needs the role ${role}.`);
        if (tokens.list(actor.id).length >= MAX_TOKENS)
          throw new PanelError(
            409,
            'too_many_tokens',
            `Remove a token first. A person has at most ${MAX_TOKENS}.`,
          );
        const expires = now() + days * DAY;
        return { body: { token: tokens.create({ person: actor.id, name, role, expires }) } };
      },
    }),
    define<{ id: string }>({
      path: 'tokens/remove',
      rule: OWN,
      body: { id: TEXT },
      audit: 'access.remove-token',
      shown: ['id'],
      handle({ id }, { actor }) {
        if (!tokens.remove(id, hasRole(actor, 'owner') ? undefined : actor.id)) throw notFound();
        return { body: {} };
      },
    }),
  ];
}
