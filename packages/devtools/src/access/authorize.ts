import type { IncomingMessage } from 'node:http';
import { PanelError } from '../http/problem.ts';
import { type Actor, hasRole } from './actor.ts';
import type { Rule } from './rule.ts';

/** Milliseconds for which a proof of identity allows dangerous actions. */
export const STEP_UP_TIME: number = 5 * 60_000;

/** Header that a form, an image or a link of another page can't send. */
export const PANEL_HEADER = 'x-gati-panel';

/** Functions with which {@link createAuthorize} checks a request. */
export interface Identification {
  /**
   * Checks the address and the host of the request.
   *
   * @throws {PanelError} when the panel rejects this address or host
   */
  admit(req: IncomingMessage): void;
  /** Whether the value of `Origin` is exactly the panel's own. */
  isOwnOrigin(origin: string, req: IncomingMessage): boolean;
  /** Identifies the sender of the request by its credentials. */
  identify(req: IncomingMessage, rule: Rule): Actor;
  /** Creates the 401 for a client that is not identified. */
  loginError(): PanelError;
  /** Returns epoch milliseconds. */
  now(): number;
}

/**
 * Decides whether a request is served, and names its sender. HTTP requests, event streams and
 * upgrades all use this function.
 *
 * @param onRefused called before the error if the sender is known but may not do this
 * @throws {PanelError} 401, 403 or 415
 */
export type Authorize = (
  req: IncomingMessage,
  rule: Rule,
  onRefused?: (actor: Actor, code: string) => void,
) => Actor;

export function createAuthorize(by: Identification): Authorize {
  return (req, rule, onRefused) => {
    by.admit(req);
    const actor = by.identify(req, rule);
    checkOrigin(req, {
      isOwn: (origin) => by.isOwnOrigin(origin, req),
      // Programs send no `Origin`. A page can't send their credentials.
      isNeeded: (rule.acts || req.headers.upgrade !== undefined) && actor.kind !== 'token',
    });
    if (rule.acts) checkForm(req);
    if (rule.role === 'public') return actor;
    if (actor.role === undefined) throw by.loginError();
    const refusal = findRefusal(actor, rule, by.now());
    if (refusal) {
      onRefused?.(actor, refusal.code);
      throw refusal;
    }
    return actor;
  };
}

function findRefusal(actor: Actor, { role, stepUp }: Rule, now: number): PanelError | undefined {
  if (role !== 'public' && !hasRole(actor, role))
    return new PanelError(403, 'role_required', `This request needs the role ${role}.`);
  if (stepUp && !(now - (actor.provedAt ?? 0) <= STEP_UP_TIME))
    return new PanelError(403, 'step_up_required', 'Prove your identity again.');
  return undefined;
}

/**
 * Another port of localhost is the same site, so `SameSite` protects nothing: `Origin` and
 * `Sec-Fetch-Site` must be exact.
 */
function checkOrigin(
  { headers }: IncomingMessage,
  { isOwn, isNeeded }: { isOwn(origin: string): boolean; isNeeded: boolean },
): void {
  const { origin, 'sec-fetch-site': site, 'sec-fetch-mode': mode } = headers;
  const isAccepted = origin === undefined ? !isNeeded : isOwn(origin);
  // A link on another site may lead to the panel. It loads the page only.
  const isSubresource = mode !== 'navigate' && site !== 'none';
  if (!isAccepted || (isSubresource && site !== undefined && site !== 'same-origin'))
    throw new PanelError(403, 'foreign_origin', "Pages of other origins can't use the panel.");
}

/** Pages of other origins can't send such requests without a preflight (CORS). */
function checkForm({ headers }: IncomingMessage): void {
  if (!/^application\/json(?:; ?charset=utf-8)?$/i.test(headers['content-type'] ?? ''))
    throw new PanelError(
      415,
      'unsupported_media_type',
      'The body must have the content type application/json.',
    );
  if (headers[PANEL_HEADER] !== '1')
    throw new PanelError(
      403,
      'header_required',
      `The request needs the header ${PANEL_HEADER}: 1.`,
    );
}
