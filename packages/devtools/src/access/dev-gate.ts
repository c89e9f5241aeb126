import type { IncomingMessage } from 'node:http';
import { checkInput, closedObject } from '../http/check-input.ts';
import { PanelError } from '../http/problem.ts';
import type { Actor } from './actor.ts';
import { type AuditLog, toAuditEntry } from './audit.ts';
import { createAuthorize } from './authorize.ts';
import { createDevCode, type DevCode } from './dev-code.ts';
import type { AccessRoute, Gate } from './gate.ts';
import { checkLoopback, isHostOrigin } from './loopback.ts';
import { auditRoute } from './audit-route.ts';
import { IDENTIFY } from './rule.ts';
import { createSecret, hashSecret } from './secret.ts';

/** Milliseconds that a login lasts. */
const LOGIN_TIME = 12 * 60 * 60_000;
/** Maximum number of logins; the oldest ends first. */
const MAX_LOGINS = 100;

const CODE_BODY = closedObject({ code: { type: 'string', pattern: '^\\d{6}$' } });

export interface DevGateOptions {
  /** Names besides `localhost` under which a browser may reach the panel. */
  hosts: readonly string[];
  audit: AuditLog;
  now: () => number;
  /** Shows a code that replaces the previous one. */
  onCode: (code: string) => void;
}

/**
 * Creates the gate of a development server: clients on this machine may read, and may act after
 * they have sent the code that the terminal shows. The token of a login is sent in `Authorization`,
 * since cookies of localhost go to every port.
 */
export function createDevGate({
  hosts,
  audit,
  now,
  onCode,
}: DevGateOptions): Gate & { code: DevCode; logIn(): string } {
  const code = createDevCode(now, onCode);
  /** Times of logins by the hash of their token. */
  const logins = new Map<string, number>();
  const isLoggedIn = (token: string): boolean => {
    const time = logins.get(hashSecret(token));
    return time !== undefined && now() - time <= LOGIN_TIME;
  };
  /** Returns the token of a new login. */
  const logIn = (): string => {
    const token = createSecret();
    logins.set(hashSecret(token), now());
    const [oldest] = logins.keys();
    if (logins.size > MAX_LOGINS) logins.delete(oldest!);
    return token;
  };
  const login: AccessRoute = {
    method: 'POST',
    path: 'access/code',
    rule: IDENTIFY,
    handle({ actor, body }) {
      const given = checkInput<{ code: string }>(CODE_BODY, body);
      const note = (result: 'done' | 'failed'): void =>
        audit.append(toAuditEntry({ actor, action: 'access.login', result }, now()));
      try {
        code.check(given.code);
      } catch (error) {
        note('failed');
        throw error;
      }
      note('done');
      return { body: { token: logIn() } };
    },
  };
  return {
    code,
    logIn,
    authorize: createAuthorize({
      now,
      admit: (req) => checkLoopback(req, hosts),
      isOwnOrigin: isHostOrigin,
      loginError: () =>
        new PanelError(401, 'code_required', 'Enter the code that the terminal shows.'),
      identify(req, { acts, isSafe }) {
        const address = req.socket.remoteAddress ?? '';
        const token = readBearer(req);
        if (token !== undefined && isLoggedIn(token))
          return { ...DEVELOPER, address, provedAt: now() };
        return {
          kind: 'anyone',
          id: '',
          name: '',
          address,
          ...((!acts || isSafe) && { role: 'owner' }),
        };
      },
    }),
    status: ({ kind }) => ({
      mode: 'development',
      ...(kind === 'developer' && { actor: { kind, name: DEVELOPER.name, role: 'owner' } }),
      canRead: true,
      canAct: kind === 'developer',
    }),
    routes: [login, auditRoute(audit)],
    // Reading needs no login, so the end of a login ends no stream.
    watch: () => () => {},
  };
}

const DEVELOPER: Omit<Actor, 'address'> = {
  kind: 'developer',
  id: 'developer',
  name: 'developer',
  role: 'owner',
};

/** Returns the token of `Authorization: Bearer …`. */
export function readBearer({ headers }: IncomingMessage): string | undefined {
  return /^Bearer ([\w-]{10,100})$/i.exec(headers.authorization ?? '')?.[1];
}
