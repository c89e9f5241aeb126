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
  /** Absent: the actor may see only public data. */
  role?: Role;
  /** Address of the client. */
  address: string;
  /** Identifies the session; not a secret. Absent without a session. */
  session?: string;
  /** Epoch milliseconds of the last proof of identity. */
  provedAt?: number;
}

/** Whether the actor has the role, or one with more rights. */
export function hasRole({ role }: Pick<Actor, 'role'>, wanted: Role): boolean {
  return role !== undefined && ROLES.indexOf(role) >= ROLES.indexOf(wanted);
}
