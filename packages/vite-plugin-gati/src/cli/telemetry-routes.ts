import { suggest } from '@gati/contract/internal';
import { listRoutes } from '../scan/list-routes.ts';
import { loadOptions, openApp } from './app.ts';
import type { Call } from './command.ts';

/**
 * Returns the base of the app in the folder. `undefined` in a folder without an app, where `--url`
 * may name a server.
 */
export async function readBase(call: Pick<Call, 'args'>): Promise<string | undefined> {
  const { base } = await loadOptions(call)
    .then(({ options }) => options)
    .catch(() => ({ base: undefined }));
  return base?.replace(/\/+$/, '');
}

/**
 * Returns what to print about a trap for a route or an effect that the sources of the app do not
 * have: one line at most. Such a trap may be for an older release.
 */
export async function describeUnknown(call: Pick<Call, 'args'>): Promise<string[]> {
  const { route, effect } = call.args;
  if (typeof route !== 'string' && typeof effect !== 'string') return [];
  const app = await openApp(call).catch(() => undefined);
  if (app === undefined) return [];
  try {
    const { project } = app.context;
    const scan = await project.scan();
    if (typeof effect === 'string') {
      const effects = scan.effects.map(({ name }) => name);
      return describeMissing('effect', effect, effects);
    }
    const paths = [...scan.routes, ...listRoutes(scan, project.options.base)].map(
      ({ path }) => path,
    );
    return describeMissing('route', String(route).replace(/^[a-z]+ /i, ''), paths);
  } finally {
    await app.context.close();
  }
}

function describeMissing(kind: string, name: string, known: string[]): string[] {
  if (known.includes(name)) return [];
  const near = suggest(name, known);
  const hint = near === undefined ? '`gati routes` lists all' : `did you mean ${near}?`;
  return [`the sources have no ${kind} ${name}: ${hint}`];
}
