/**
 * Roles, each with the rights of the previous ones: reads; retries, cancels, releases; manages
 * access.
 */
export const ROLES = ['viewer', 'operator', 'owner'] as const;

export type Role = (typeof ROLES)[number];

/** Response of `GET access/status`. */
export interface AccessStatus {
  mode: 'development' | 'production';
  /** Absent without a session; in development anyone on the machine may read. */
  actor?: { kind: 'developer' | 'person' | 'token'; name: string; role: Role };
  /** Whether the pages have data for this client. */
  canRead: boolean;
  /** Whether actions are allowed without a further login. */
  canAct: boolean;
}

/** Description of an action for pages and programs. */
export interface ActionInfo {
  /** `effects.retry` */
  name: string;
  summary: string;
  role: Role;
  stepUp: boolean;
  needsReason: boolean;
  /** JSON Schema of the input. */
  schema: object;
}

/** Response of `POST actions/<name>`. */
export interface ActionResponse {
  result: unknown;
}

/** One line of the audit log. */
export interface AuditEntry {
  id: string;
  /** Epoch milliseconds. */
  time: number;
  actor: { kind: string; id: string; name: string; role?: Role };
  /** Address of the client. */
  address: string;
  /** Name of the action: `effects.retry`, `access.login`. */
  action: string;
  /** Input, redacted and truncated. */
  input?: unknown;
  reason?: string;
  /** `started`: the action runs, or its result could not be written. */
  result: 'started' | 'done' | 'failed' | 'refused';
  /** Code of the error. */
  code?: string;
}

/** Response of `GET access/account`. Times are epoch milliseconds. */
export interface Account {
  id: string;
  name: string;
  role: Role;
  /** Relying party of the passkeys. */
  rpId: string;
  hasTotp: boolean;
  /** Number of recovery codes that are left. */
  recoveryCodes: number;
  passkeys: { id: string; name: string; created: number; used: number | null }[];
  sessions: {
    id: string;
    /** `passkey`, `totp`, `recovery` */
    method: string;
    created: number;
    seen: number;
    address: string;
    agent: string;
    isThis: boolean;
  }[];
}

/** Response of `GET access/people`. */
export interface PeopleList {
  people: {
    id: string;
    name: string;
    role: Role;
    created: number;
    passkeys: number;
    hasTotp: boolean;
    sessions: number;
  }[];
  invites: { id: string; role: Role; created: number; expires: number }[];
}

/** Response of `GET access/tokens`. */
export interface TokenList {
  tokens: {
    id: string;
    /** Name of the person whose token it is. */
    person: string;
    name: string;
    prefix: string;
    role: Role;
    created: number;
    expires: number;
    used: number | null;
  }[];
}
