import { compareSemver, type Defs, parseSemver, type Schema, toTypeScript } from '@gati/contract';
import { listReleases } from '@gati/runtime-h3/releases';
import { exampleOf } from '../../api/example.ts';
import type { Shape } from '../../api/types.ts';
import type { PlaygroundWorkspace } from '../../api/playground.ts';
import { defineEndpoint, type Endpoint, type ReadContext } from '../endpoint.ts';
import { openReleases } from '../releases/open-releases.ts';
import { resolveAsk } from '../releases/reach.ts';

/** Status of the response to a request without a version while several releases are live. */
const MULTIPLE_CHOICES = 300;

/** The app, its versions, and the requests that are stored beside it. */
export const playgroundWorkspace: Endpoint = defineEndpoint(
  'playground/workspace',
  [],
  async (context): Promise<PlaygroundWorkspace> => {
    const { app, ports } = context;
    const files = await ports.playground?.list();
    return {
      app: app.name,
      mode: app.mode,
      canSend: ports.app !== undefined,
      ...(await describeVersions(context)),
      routes: app.routes.map(({ id, method, path, domain, contract }) => ({
        id,
        method,
        path,
        domain,
        ...(contract?.summary !== undefined && { summary: contract.summary }),
      })),
      effects: app.effects.map(({ name, payload }) => ({
        name,
        ...(payload && { payload: toShape(payload, app.$defs) }),
      })),
      ...(files && { files }),
    };
  },
);

function toShape(schema: Schema, $defs: Defs): Shape {
  const example = exampleOf(schema, $defs);
  return {
    type: toTypeScript(schema, { direction: 'request' }),
    ...(example !== undefined && { example }),
  };
}

/** A store that can't be opened has a page of its own that says so. */
async function describeVersions(
  context: ReadContext,
): Promise<Pick<PlaygroundWorkspace, 'versions' | 'defaultVersion'>> {
  const { app, now } = context;
  if (!context.ports.releases) return { versions: [] };
  const read = async (): Promise<Pick<PlaygroundWorkspace, 'versions' | 'defaultVersion'>> => {
    const store = await openReleases(context);
    const [{ head }, releases] = await Promise.all([store.head(), listReleases(store, () => {})]);
    const versions = releases.map(({ version }) => version);
    const missing = app.missingVersion ?? 'choose';
    // A development server has one release: the sources.
    const needsVersion =
      app.mode === 'production' &&
      resolveAsk('', head, { releases, missing, now }).status === MULTIPLE_CHOICES;
    return {
      versions: versions.sort((a, b) => compareSemver(parseSemver(b)!, parseSemver(a)!)),
      ...(needsVersion && head.current !== undefined && { defaultVersion: head.current }),
    };
  };
  return read().catch(() => ({ versions: [] }));
}
