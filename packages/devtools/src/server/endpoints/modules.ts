import type { ModuleItem as ForeignItem } from '@gati/runtime-h3/telemetry';
import type { ForeignModule, ModuleItem, ModuleList, ModuleReference } from '../../api/node.ts';
import { PanelError } from '../../http/problem.ts';
import { defineEndpoint, type Endpoint } from '../endpoint.ts';
import { toRange } from '../query.ts';
import { createShapes } from '../route-detail.ts';
import { buildTopology } from '../topology/build-topology.ts';
import { sampleTraces } from '../topology/sample-traces.ts';

/** The modules of the app with their files, their health and their callers. */
export const modules: Endpoint = defineEndpoint(
  'modules',
  ['from', 'to'],
  async ({ source, app, ports, now }, query): Promise<ModuleList> => {
    const [traces, health, foreign] = await Promise.all([
      sampleTraces(source, toRange(query, now)),
      ports.operator?.health().catch(() => undefined),
      ports.modules?.list().catch(() => undefined),
    ]);
    const { edges } = buildTopology(app, [], traces);
    const spans = traces.flatMap((trace) => trace.spans);
    return {
      sample: traces.length,
      canRestart: ports.operator?.operate !== undefined,
      modules: app.modules.map(({ name, file }): ModuleItem => {
        const own = spans.filter(({ attributes }) => attributes['gati.module'] === name);
        const durations = own.map(({ us }) => us).sort((a, b) => a - b);
        const callers = edges
          .filter(({ to }) => to === `module:${name}`)
          .sort((a, b) => b.count - a.count)
          .map(({ from }) => from.slice(from.indexOf(':') + 1));
        const methods = own.map(({ attributes }) => String(attributes['gati.method'] ?? ''));
        const outside = foreign?.find((each) => each.name === name);
        const reason = outside ? toReason(outside.health) : health?.[name];
        return {
          name,
          file,
          ...(reason !== undefined && { isHealthy: reason === '' }),
          ...(reason && { reason }),
          calls: {
            count: own.length,
            failed: own.filter(({ error }) => error !== undefined).length,
          },
          ...(own.length > 0 && { median: durations[Math.floor(durations.length / 2)]! }),
          callers,
          methods: [...new Set(methods)].filter((method) => method !== '').sort(),
          ...(outside && { foreign: toForeign(outside) }),
        };
      }),
    };
  },
);

/** Returns the health for the pages: empty if the module can serve. */
const toReason = (health: string): string | undefined =>
  health === 'unknown' ? undefined : health === 'ok' ? '' : health;

/** A source without a process has no health, and takes effect with a release. */
const toForeign = ({ source, version, level, grants, health }: ForeignItem): ForeignModule => ({
  source,
  ...(version !== undefined && { version }),
  level,
  grants,
  canSwap: health !== 'unknown',
});

/** The methods of a module that runs outside of the app's process, with their types. */
export const moduleContract: Endpoint = defineEndpoint(
  'modules/contract',
  ['id'],
  async ({ app }, { id }): Promise<ModuleReference> => {
    const module = app.modules.find(({ name }) => name === id);
    if (!module?.methods)
      throw new PanelError(404, 'not_found', 'The app has no contract of such a module.');
    const { methods } = module;
    const { shape, definitions } = createShapes(
      app.$defs,
      methods.map(({ input }) => input),
      methods.map(({ output }) => output),
    );
    return {
      name: module.name,
      methods: methods.map(({ name: method, input, output, idempotent, stream }) => ({
        name: method,
        idempotent: idempotent === true,
        isStream: stream === true,
        ...(input && { input: shape(input, 'request') }),
        ...(output && { output: shape(output, 'response') }),
      })),
      ...(definitions !== '' && { definitions }),
    };
  },
);
