// Three releases of playground/payments, for tests of the panel and for `npm run screenshots`.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { bin } from './steps.mjs';

const CAPTURE = 'src/handlers/payments/capture.ts';
const SHOW = `export const route = 'GET /payments/:id';
/** Returns the state of a payment. */
export const handler: Handler<typeof route> = (req) => {
  if (req.params.id.endsWith('7')) throw new TypeError('the ledger has two entries of this payment');
  return { id: req.params.id, state: 'captured' as const };
};
`;
const EFFECT = `export const effect = 'capturePayment';

export async function run(payload: { id: string }, ectx: EffectContext): Promise<void> {
  if (payload.id.endsWith('13')) throw new Error(\`The bank declined payment \${payload.id}.\`);
  ectx.logger.info('captured', { payment: payload.id, attempt: ectx.attempt });
}

export const retry = { attempts: 2, delay: 100, factor: 2 };
`;

/** Changes of the app before each release, with their effect on clients. */
const CHANGES = {
  '1.0.0': () => undefined,
  // Compatible: an optional member, a route.
  '1.1.0': (app) => {
    edit(app, CAPTURE, '{ amount: number }', "{ amount: number; currency?: 'EUR' | 'USD' }");
    write(app, 'src/handlers/payments/show.ts', SHOW);
    write(app, 'src/effects/capturePayment.ts', EFFECT);
  },
  // Breaking: the response of a route.
  '2.0.0': (app) =>
    edit(app, CAPTURE, "{ state: 'capturing' }", "{ id: req.params.id, phase: 'capturing' }"),
};

/** Versions that {@link releaseAll} releases, the oldest first. */
export const VERSIONS = Object.keys(CHANGES);

/**
 * Builds three releases of a copy of playground/payments, and activates each in turn. The last one
 * is current, and its build is in `dist/`.
 *
 * @param {string} app folder of the copy, with its `node_modules`
 * @param {string} store directory of the release store
 */
export function releaseAll(app, store) {
  const gati = (...args) =>
    execFileSync(process.execPath, [bin('vite-plugin-gati/dist/cli.mjs'), ...args, '--json'], {
      cwd: app,
      env: { ...process.env, GATI_RELEASES: store },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  for (const [version, change] of Object.entries(CHANGES)) {
    change(app);
    gati('build', ...(version === '2.0.0' ? ['--allow-major'] : []));
    gati('release');
    gati('activate', version);
  }
}

function edit(app, file, before, after) {
  const text = fs.readFileSync(path.join(app, file), 'utf8');
  if (!text.includes(before)) throw new Error(`${file} does not contain ${before}.`);
  write(app, file, text.replace(before, after));
}

const write = (app, file, text) => fs.writeFileSync(path.join(app, file), text);
