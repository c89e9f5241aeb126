import { PanelError } from '../../http/problem.ts';
import { type PeopleList, type Role, ROLES } from '../../api/access.ts';
import type { AccessContext } from '../context.ts';
import { type DefineRoute, TEXT } from '../define-route.ts';
import type { AccessRoute } from '../gate.ts';
import type { Rule } from '../rule.ts';
import { notFound } from './own-entries.ts';

const LIST: Rule = { role: 'owner', acts: false, stepUp: false };
const MANAGE: Rule = { role: 'owner', acts: true, stepUp: true };
const ROLE = { enum: [...ROLES] };

/** People and invitations, which owners manage. */
export function peopleRoutes({ store, origin }: AccessContext, define: DefineRoute): AccessRoute[] {
  const { people, passkeys, sessions, links } = store;
  /** At least one owner must remain, because only owners manage access. */
  const checkOwnerStays = (id: string): void => {
    const owners = people.list().filter(({ role }) => role === 'owner');
    if (owners.length === 1 && owners[0]!.id === id)
      throw new PanelError(
        409,
        'last_owner',
        'This is the only owner. Make another person an owner first.',
      );
  };
  /** Ends all open invitations with an owner: their links could let the person in again. */
  const endInvites = (id: string): void => {
    if (people.get(id)?.role === 'owner') links.removeInvites();
  };
  return [
    {
      method: 'GET',
      path: 'access/people',
      rule: LIST,
      handle() {
        const list: PeopleList = {
          people: people.list().map(({ id, name, role, created, totp }) => ({
            id,
            name,
            role,
            created,
            passkeys: passkeys.of(id).length,
            hasTotp: totp !== null,
            sessions: sessions.of(id).length,
          })),
          invites: links.list().map(({ id, role, created, expires }) => ({
            id,
            role,
            created,
            expires,
          })),
        };
        return { body: list };
      },
    },
    define<{ id: string; role: Role }>({
      path: 'people/role',
      rule: MANAGE,
      body: { id: TEXT, role: ROLE },
      audit: 'access.change-role',
      shown: ['id', 'role'],
      handle({ id, role }) {
        if (role !== 'owner') {
          checkOwnerStays(id);
          endInvites(id);
        }
        if (!people.setRole(id, role)) throw notFound();
        return { body: {}, noted: { name: people.get(id)?.name ?? '' } };
      },
    }),
    define<{ id: string }>({
      path: 'people/remove',
      rule: MANAGE,
      body: { id: TEXT },
      audit: 'access.remove-person',
      shown: ['id'],
      handle({ id }) {
        checkOwnerStays(id);
        endInvites(id);
        const name = people.get(id)?.name ?? '';
        if (!people.remove(id)) throw notFound();
        return { body: {}, noted: { name } };
      },
    }),
    define<{ role: Role }>({
      path: 'invites/create',
      rule: MANAGE,
      body: { role: ROLE },
      audit: 'access.invite',
      shown: ['role'],
      handle: ({ role }) => ({
        body: { url: `${origin.accepted[0]}/_control/#invite=${links.create('invite', role)}` },
      }),
    }),
    define<{ id: string }>({
      path: 'invites/remove',
      rule: MANAGE,
      body: { id: TEXT },
      audit: 'access.remove-invite',
      shown: ['id'],
      handle({ id }) {
        if (!links.remove(id)) throw notFound();
        return { body: {} };
      },
    }),
  ];
}
