import { type Role, ROLES } from '../api/access.ts';

/** The sender of a request, as the audit log names it. */
export interface Actor {
  /**
   * `anyone`: not identified. `developer`: knows the code that the terminal of a development server
   * shows.
   */
  kind: 'anyone' | 'developer' | 'person' | 'token';
  /** Stable; empty for `anyone`. */
  id: string;
  name: string;
  /** Absent: may see what is public. */
  role?: Role;
  /** Address of the client. */
  address: string;
  /** Identifies the session, and is no secret. Absent without one. */
  session?: string;
  /** Epoch milliseconds of the last proof of identity. */
  provedAt?: number;
}

/** Whether the actor has the role, or one with more rights. */
export function hasRole({ role }: Pick<Actor, 'role'>, wanted: Role): boolean {
  return role !== undefined && ROLES.indexOf(role) >= ROLES.indexOf(wanted);
}
