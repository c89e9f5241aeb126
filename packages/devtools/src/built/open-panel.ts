import { readFileSync } from 'node:fs';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { BuiltPanel, PanelHost } from '@gati/runtime-h3/telemetry';
import { READ } from '../access/rule.ts';
import { createServerGate } from '../access/server-gate.ts';
import { PanelError } from '../http/problem.ts';
import type { AppFacts } from '../server/app-facts.ts';
import { type PanelState, readOverrides, toValues } from '../server/node/overrides.ts';
import { createPanel } from '../server/panel.ts';
import { openAccounts } from './accounts.ts';
import { createFirstLink, originOf, panelUrl } from './setup-link.ts';

const NOT_RECORDED = { notRecorded: 'GATI_TELEMETRY is off.' };

/**
 * Opens the panel of a built server.
 *
 * @throws when the accounts can't be opened
 */
export async function openPanel(host: PanelHost): Promise<BuiltPanel> {
  const { source, access, queue, releases, modules, operator, traps, errors, cluster, logger } =
    host;
  let applied = '{}';
  // Other processes change settings too.
  const follow = async (state: PanelState): Promise<void> => {
    const overrides = toValues(readOverrides(state));
    const text = JSON.stringify(overrides);
    if (text === applied) return;
    await operator?.operate?.({ do: 'set', overrides });
    applied = text;
  };
  const accounts = await openAccounts(access, cluster, {
    onChange: () => void apply(),
    onError: (error) => logger.warn('the accounts of the panel are not shared', { error }),
  });
  const { store, shared } = accounts;
  const state: PanelState = { get: store.meta, set: store.setMeta };
  const apply = (): Promise<void> =>
    follow(state).catch((error: unknown) =>
      logger.error('settings that users changed in the panel are not applied', { error }),
    );
  void apply();
  const origin = originOf(access, store);
  const gate = createServerGate({ store, origin, now: Date.now });
  let facts: AppFacts | undefined;
  const panel = createPanel({
    source,
    ports: {
      app: { address: () => ({ ...host.app, isSecure: false }) },
      ...(queue && { queue }),
      ...(releases && { releases }),
      ...(modules && { modules }),
      ...(operator && { operator, state }),
      ...(cluster && { cluster }),
      ...(traps && { traps }),
      ...(errors && { errors }),
    },
    gate,
    audit: store.audit,
    ...(shared && { shared }),
    folder: fileURLToPath(new URL('./app', import.meta.url)),
    app: () => (facts ??= { ...readFacts(), ...(!source && NOT_RECORDED) }),
  });
  return {
    url: panelUrl(origin),
    setup: await createFirstLink(accounts, origin),
    handle(req, res) {
      if (!panel.handle(req, res, req.url ?? '')) res.writeHead(404).end();
    },
    upgrade(req, socket) {
      try {
        gate.authorize(req, READ);
        refuse(socket, new PanelError(404, 'not_found', 'The panel has no such path.'));
      } catch (error) {
        refuse(socket, error);
      }
    },
    close() {
      panel.close();
      void accounts.close();
    },
  };
}

/** The build writes this file beside the module. */
const readFacts = (): AppFacts =>
  JSON.parse(readFileSync(new URL('./app.json', import.meta.url), 'utf8')) as AppFacts;

function refuse(socket: Duplex, error: unknown): void {
  const { status, code, message } =
    error instanceof PanelError ? error : new PanelError(500, 'internal', 'The panel failed.');
  const body = JSON.stringify({ status, code, detail: message });
  const head = [
    `HTTP/1.1 ${status} Refused`,
    'content-type: application/problem+json',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}
