import type { IncomingMessage } from 'node:http';
import type { AccessStatus } from '../api/access.ts';
import type { Actor } from './actor.ts';
import type { Authorize } from './authorize.ts';
import type { Rule } from './rule.ts';

/** An endpoint below `access/` that identifies clients or manages access. */
export interface AccessRoute {
  method: 'GET' | 'POST';
  /** Below `/_control/api/`, without parameters. */
  path: string;
  rule: Rule;
  handle(call: AccessCall): Promise<AccessReply> | AccessReply;
}

export interface AccessCall {
  req: IncomingMessage;
  actor: Actor;
  /** The parsed body of a POST, not checked yet. */
  body: unknown;
  /** Query string without `?`. */
  search: string;
}

export interface AccessReply {
  body: unknown;
  headers?: Record<string, string | string[]>;
}

/** Decides what each client may do. There is one gate for development and one for built servers. */
export interface Gate {
  authorize: Authorize;
  /** Returns what the client of a request may do, and how it can log in. */
  status(actor: Actor): AccessStatus;
  routes: readonly AccessRoute[];
  /**
   * Calls `end` within 5 seconds after the access of the actor has ended. Returns a function that
   * stops the watch.
   */
  watch(actor: Actor, end: () => void): () => void;
}
