import type { ModuleItem, ModuleList } from '../../api/node.ts';
import { defineEndpoint, type Endpoint } from '../endpoint.ts';
import { toRange } from '../query.ts';
import { buildTopology } from '../topology/build-topology.ts';
import { sampleTraces } from '../topology/sample-traces.ts';

/** The modules of the app with their files, their health and their callers. */
export const modules: Endpoint = defineEndpoint(
  'modules',
  ['from', 'to'],
  async ({ source, app, ports, now }, query): Promise<ModuleList> => {
    const [traces, health] = await Promise.all([
      sampleTraces(source, toRange(query, now)),
      ports.operator?.health().catch(() => undefined),
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
        const reason = health?.[name];
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
        };
      }),
    };
  },
);
