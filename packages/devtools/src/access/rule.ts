import type { Role } from '../api/access.ts';

/** Conditions under which the panel serves a request. */
export interface Rule {
  /** `public`: no session is needed. */
  role: Role | 'public';
  /** Whether the request may change something. Such a request is a POST. */
  acts: boolean;
  /**
   * Whether a request that acts can't change the app. In development, it needs no code.
   */
  isSafe?: true;
  /** Whether the identity must have been proved within the last 5 minutes. */
  stepUp: boolean;
}

/** Anyone may read: the page itself, and whether there is a session. */
export const PUBLIC: Rule = { role: 'public', acts: false, stepUp: false };
/** Every role may read. */
export const READ: Rule = { role: 'viewer', acts: false, stepUp: false };
/** Requests that identify the client. */
export const IDENTIFY: Rule = { role: 'public', acts: true, stepUp: false };
/** Requests about the actor's own access. */
export const OWN: Rule = { role: 'viewer', acts: true, stepUp: false };
