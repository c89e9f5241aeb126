import type { IncomingMessage } from 'node:http';
import type { Role } from '../api/access.ts';
import { PanelError } from '../http/problem.ts';
import { type Actor, hasRole } from './actor.ts';
import { auditRoute } from './audit-route.ts';
import { createAuthorize } from './authorize.ts';
import { clientAddress } from './client.ts';
import type { AccessContext } from './context.ts';
import { readSessionCookie } from './cookie.ts';
import { createDefineRoute } from './define-route.ts';
import { readBearer } from './dev-gate.ts';
import type { Gate } from './gate.ts';
import type { PanelOrigin } from './origin.ts';
import { createPasskeyProofs } from './passkeys.ts';
import { accountRoutes } from './routes/account.ts';
import { joinRoutes } from './routes/join.ts';
import { logInRoutes } from './routes/log-in.ts';
import { peopleRoutes } from './routes/people.ts';
import { tokenRoutes } from './routes/tokens.ts';
import type { AccessStore } from './store/access-store.ts';
import type { Person } from './store/people.ts';
import type { Token } from './store/tokens.ts';

/** Milliseconds between two checks whether a session has ended. */
const WATCH_INTERVAL = 1000;

export interface ServerGateOptions {
  store: AccessStore;
  origin: PanelOrigin;
  now: () => number;
}

/** Creates the gate of a built server: people with sessions, and programs with tokens. */
export function createServerGate({ store, origin, now }: ServerGateOptions): Gate {
  const context: AccessContext = {
    store,
    origin,
    now,
    proofs: createPasskeyProofs(store, origin),
  };
  const define = createDefineRoute(store.audit, now);
  return {
    authorize: createAuthorize({
      now,
      admit: (req) => checkHost(req, origin),
      isOwnOrigin: (given) => origin.accepted.includes(given),
      loginError,
      identify: (req) => identify(req, context),
    }),
    status: ({ kind, name, role }) => ({
      mode: 'production',
      ...(role !== undefined && { actor: { kind: kind as 'person' | 'token', name, role } }),
      canRead: role !== undefined,
      canAct: role !== undefined && hasRole({ role }, 'operator'),
    }),
    routes: [
      ...logInRoutes(context, define),
      ...joinRoutes(context, define),
      ...accountRoutes(context, define),
      ...peopleRoutes(context, define),
      ...tokenRoutes(context, define),
      auditRoute(store.audit),
    ],
    watch(actor, end) {
      const timer = setInterval(() => {
        if (!hasAccess(actor, store)) end();
      }, WATCH_INTERVAL);
      timer.unref();
      return () => clearInterval(timer);
    },
  };
}

/** Without a configured origin the panel is for browsers on this machine. */
function checkHost({ headers }: IncomingMessage, { hosts }: PanelOrigin): void {
  if (hosts === undefined || hosts.includes(headers.host?.toLowerCase() ?? '')) return;
  throw new PanelError(
    403,
    'foreign_host',
    `The panel responds to ${hosts[0]} only. To open it elsewhere, set GATI_PANEL_ORIGIN to its origin in browsers.`,
  );
}

const loginError = (): PanelError =>
  new PanelError(401, 'login_required', 'Log in to the panel first.');

/**
 * @throws {PanelError} 401 for a token that is not valid. A request with a token ignores cookies.
 * Credentials of another scheme are for a proxy in front
 */
function identify(req: IncomingMessage, { store, origin }: AccessContext): Actor {
  const address = clientAddress(req);
  const anyone: Actor = { kind: 'anyone', id: '', name: '', address };
  if (/^bearer\b/i.test(req.headers.authorization ?? '')) {
    const token = store.tokens.find(readBearer(req) ?? '');
    const person = token && store.people.get(token.person);
    if (!token || !person) throw loginError();
    const role = roleOf(token, person);
    return { kind: 'token', id: token.id, name: `${person.name}: ${token.name}`, role, address };
  }
  const secret = readSessionCookie(req, origin);
  const session = secret === undefined ? undefined : store.sessions.find(secret);
  const person = session && store.people.get(session.person);
  if (!session || !person) return anyone;
  return {
    kind: 'person',
    id: person.id,
    name: person.name,
    role: person.role,
    address,
    session: session.id,
    provedAt: session.proved,
  };
}

/** A token never has more rights than its person. */
const roleOf = (token: Token, person: Person): Role =>
  hasRole(person, token.role) ? token.role : person.role;

/** Whether the access that allowed a stream to open still exists. Does not prolong the session. */
function hasAccess({ kind, id, role, session }: Actor, store: AccessStore): boolean {
  if (kind === 'token') {
    const token = store.tokens.get(id);
    const person = token && store.people.get(token.person);
    return token !== undefined && person !== undefined && roleOf(token, person) === role;
  }
  const isOpen = session !== undefined && store.sessions.get(session) !== undefined;
  return isOpen && store.people.get(id)?.role === role;
}
