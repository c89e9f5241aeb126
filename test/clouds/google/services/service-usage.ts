import type { Engine } from '../engine.ts';
import { type Handler, longRunning, readOperation } from '../kinds.ts';

/** APIs of a project, which are disabled until a request enables them. */
export function serviceUsage(engine: Engine, number: string): Record<string, Handler> {
  const enabled = new Set<string>();
  return {
    'serviceusage.services.batchGet': ({ query }) => ({
      body: {
        services: query.getAll('names').map((name) => {
          const id = name.split('/').at(-1)!;
          const parent = `projects/${number}`;
          const state = enabled.has(id) ? 'ENABLED' : 'DISABLED';
          return { name: `${parent}/services/${id}`, parent, state };
        }),
      },
    }),
    'serviceusage.services.batchEnable': (call) => {
      const ids = call.body['serviceIds'] as string[];
      const ended = (why?: string): void => {
        if (why === undefined) for (const id of ids) enabled.add(id);
      };
      const operation = engine.start('enable', `projects/${number}`, ended);
      const body = longRunning(engine, () => '')(operation, call);
      return { body: { ...body, name: `operations/${operation.name}` } };
    },
    'serviceusage.operations.get': readOperation(engine),
  };
}
