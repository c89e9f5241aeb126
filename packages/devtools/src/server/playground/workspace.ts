import { compareSemver, type Defs, parseSemver, type Schema, toTypeScript } from '@gati/contract';
import { listReleases } from '@gati/runtime-h3/releases';
import { exampleOf } from '../../api/example.ts';
import type { Shape } from '../../api/types.ts';
import type { PlaygroundWorkspace } from '../../api/playground.ts';
import { defineEndpoint, type Endpoint, type ReadContext } from '../endpoint.ts';
import { openReleases } from '../releases/open-releases.ts';

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
      versions: await listVersions(context),
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
async function listVersions(context: ReadContext): Promise<string[]> {
  if (!context.ports.releases) return [];
  const versions = await openReleases(context)
    .then((store) => listReleases(store, () => {}))
    .then((list) => list.map(({ version }) => version))
    .catch((): string[] => []);
  return versions.sort((a, b) => compareSemver(parseSemver(b)!, parseSemver(a)!));
}
