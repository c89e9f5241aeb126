import type { IncomingMessage, ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import { isPanelPath, PANEL_PATH } from '@gati/contract/internal';
import type { SourceReport, TelemetrySource } from '@gati/runtime-h3/telemetry';
import { type AuditLog, createMemoryAudit } from '../access/audit.ts';
import { createDevGate } from '../access/dev-gate.ts';
import type { Gate } from '../access/gate.ts';
import { READ } from '../access/rule.ts';
import type { Action } from '../actions/action.ts';
import { createActions } from '../actions/registry.ts';
import { PanelError, respondProblem } from '../http/problem.ts';
import type { AppFacts } from './app-facts.ts';
import { createAssets } from './assets.ts';
import { EMPTY_SOURCE } from './empty-source.ts';
import type { ReadContext } from './endpoint.ts';
import { ENDPOINTS } from './endpoints/all.ts';
import { clusterActions } from './cluster/actions.ts';
import { effectActions } from './effects/actions.ts';
import { createRedrives } from './effects/redrives.ts';
import { incidentActions } from './incident/actions.ts';
import { nodeActions } from './node/actions.ts';
import { swapAction } from './node/swap-action.ts';
import { releaseActions } from './releases/actions.ts';
import { createLogTails } from './log-tail.ts';
import { errorActions } from './errors/actions.ts';
import { trapActions } from './traps/actions.ts';
import { playgroundActions } from './playground/actions.ts';
import { createLazyPlayground } from './playground/lazy-playground.ts';
import type { PanelPorts } from './ports.ts';
import { type PanelParts, respond } from './respond.ts';
import { ruleOf } from './endpoint-rules.ts';

/** Options of {@link createPanel}. */
export interface PanelOptions {
  /** Telemetry that the pages show. Absent: it is not collected. */
  source?: TelemetrySource | undefined;
  /** The app at the time of a request. */
  app: () => AppFacts | Promise<AppFacts>;
  /**
   * Access to parts of the app, such as its queue. A page without its port says what is missing.
   */
  ports?: PanelPorts;
  /** Set if other processes serve the same panel. */
  shared?: SharedAccounts;
  /** Actions besides those of the pages. */
  actions?: readonly Action[];
  /** Store of the audit log; in memory by default. */
  audit?: AuditLog;
  /**
   * Decides what clients may do. By default, clients on this machine may read, and may act with a
   * code.
   */
  gate?: Gate;
  /** Shows a code that replaces the previous one, in development. */
  onCode?: (code: string) => void;
  /** Names besides `localhost` under which a browser may reach the panel in development. */
  hosts?: readonly string[];
  /** Returns epoch milliseconds; `Date.now` by default. */
  now?: () => number;
  /** Folder of the built pages. By default that of the package. */
  folder?: string;
}

/** The accounts, the audit log and the settings that several processes share. */
export interface SharedAccounts {
  /**
   * Runs the work of a request.
   *
   * @param isLatest whether the work must see what other processes have just written, such as a
   *   session
   */
  run<Result>(isLatest: boolean, work: () => Promise<Result>): Promise<Result>;
  /**
   * Resolves when the writes of this request are stored for all processes.
   *
   * @throws {PanelError} 409 when another process has changed the same data, 503 when the writes
   *   can't be stored
   */
  settle(): Promise<void>;
}

/** A single process shares no accounts. */
const ALONE: SharedAccounts = { run: (_, work) => work(), settle: async () => {} };

/** The panel of one app. */
export interface Panel {
  /**
   * Responds to a request below `/_control`. Returns `false` for any other path, and then leaves the
   * response untouched.
   *
   * @param url path and query, as the client sent them
   */
  handle(req: IncomingMessage, res: ServerResponse, url: string): boolean;
  /** Whether the pages are built and the client of a request may see them. */
  isVisibleTo(req: IncomingMessage): boolean;
  /** The six digits that allow actions in development. */
  readonly code?: string;
  /**
   * Logs a user in who has proved in another way that the terminal of the development server is
   * theirs, as in Vite DevTools. Returns the token of the login; `undefined` in production.
   */
  logIn(): string | undefined;
  /** Ends the open event streams. */
  close(): void;
}

/**
 * Creates the panel: pages, read API and actions of a running app.
 *
 * @throws {TypeError} when an endpoint or an action has no rule
 *
 * @example
 * const panel = createPanel({ source: store, app: () => facts });
 * createServer((req, res) => panel.handle(req, res, req.url ?? '') || respond(req, res));
 */
export function createPanel(options: PanelOptions): Panel {
  const {
    source = EMPTY_SOURCE,
    ports = {},
    actions = [],
    now = Date.now,
    shared = ALONE,
  } = options;
  const folder = options.folder ?? fileURLToPath(new URL('./app', import.meta.url));
  for (const { path } of ENDPOINTS) ruleOf(path);
  const audit = options.audit ?? createMemoryAudit();
  const devGate =
    options.gate === undefined
      ? createDevGate({
          hosts: options.hosts ?? [],
          audit,
          now,
          onCode: options.onCode ?? (() => {}),
        })
      : undefined;
  const gate = options.gate ?? devGate!;
  const redrives = createRedrives(now);
  const context = async (report?: SourceReport): Promise<ReadContext> => ({
    source: (report && source.reporting?.(report)) ?? source,
    app: await options.app(),
    ports,
    redrives,
    now: now(),
  });
  const pageActions = [
    ...(options.source ? incidentActions(context, audit) : []),
    ...(ports.queue ? effectActions(context) : []),
    ...(ports.releases ? releaseActions(context) : []),
    ...(ports.traps ? trapActions(ports.traps) : []),
    ...(ports.playground ? playgroundActions(ports.playground) : []),
    ...(ports.operator?.operate ? nodeActions(context) : []),
    ...(ports.cluster ? clusterActions(ports.cluster) : []),
    ...(ports.modules ? [swapAction(ports.modules)] : []),
    ...(ports.errors ? errorActions(ports.errors) : []),
  ];
  const parts: PanelParts = {
    gate,
    actions: createActions([...pageActions, ...actions], {
      audit,
      now,
      settle: shared.settle,
    }),
    settle: shared.settle,
    // In development, Vite DevTools shows the pages in a frame of the same server.
    assets: createAssets(folder, devGate ? 'self' : 'none'),
    tails: createLogTails(source, now),
    playground: createLazyPlayground({ context, audit, now }),
    context,
  };
  return {
    handle(req, res, url) {
      const path = url.split(/[?#]/, 1)[0]!;
      if (!isPanelPath(path)) return false;
      const search = /\?([^#]*)/.exec(url)?.[1] ?? '';
      const request = { req, res, path, subpath: path.slice(PANEL_PATH.length + 1), search };
      const work = async (): Promise<void> => {
        try {
          await respond(request, parts);
        } catch (error) {
          // Stores the count of wrong attempts before the client can make the next attempt.
          await shared.settle();
          throw error;
        }
      };
      shared.run(request.subpath.startsWith('api/'), work).catch((error: unknown) => {
        if (res.headersSent) res.destroy();
        else respondProblem(req, res, error);
      });
      return true;
    },
    isVisibleTo: (req) => parts.assets.exist && mayRead(req, gate),
    get code() {
      return devGate?.code.current;
    },
    logIn: () => devGate?.logIn(),
    close() {
      parts.tails.close();
      parts.playground.close();
      redrives.close();
    },
  };
}

function mayRead(req: IncomingMessage, gate: Gate): boolean {
  try {
    gate.authorize(req, READ);
    return true;
  } catch (error) {
    if (error instanceof PanelError) return false;
    throw error;
  }
}
