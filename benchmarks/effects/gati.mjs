// Effects of Gati on the queue at a URL, set up as in a process of the server.
import { ALL_QUEUES, createGlobalContext, openQueue } from '@gati/runtime-h3/internal';

const logger = { trace() {}, debug() {}, info() {}, warn: console.warn, error: console.error };

/** Calls `run` with the payload of each job. Without `run` it only enqueues. */
export async function openGati(url, { concurrency = 200, run } = {}) {
  const driver = await openQueue(url, ALL_QUEUES);
  const file = { concurrency, run };
  const release = {
    abi: 1,
    version: '1.0.0',
    id: 'rel_0',
    contract: { routes: [], effects: [], modules: [], $defs: {} },
    routes: [],
    match: () => undefined,
    modules: {},
    effects: { job: { load: () => file } },
  };
  const context = await createGlobalContext({
    release,
    mode: 'production',
    logger,
    announce: false,
    effects: { queue: async () => driver },
  });
  if (run) context.effects.start();
  return {
    enqueue: (payload) => context.gctx.effects.enqueue('job', payload),
    async close() {
      await context.dispose(10_000);
      await driver.close();
    },
    driver,
  };
}
