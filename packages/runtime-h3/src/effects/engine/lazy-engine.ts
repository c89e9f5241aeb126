import type { EffectsEngine } from './engine.ts';

/**
 * Creates an engine that opens its queue when it is first needed: in development an app may get its
 * first effect while it runs.
 */
export function createLazyEngine(
  create: () => Promise<EffectsEngine>,
): EffectsEngine & { open(): Promise<EffectsEngine> } {
  let engine: Promise<EffectsEngine> | undefined;
  let started = false;
  const open = (): Promise<EffectsEngine> => {
    engine ??= create().then((created) => {
      if (started) created.start();
      return created;
    });
    return engine;
  };
  return {
    open,
    enqueue: async (name, payload, options) => (await open()).enqueue(name, payload, options),
    get: async (...args) => (await open()).get(...args),
    wait: async (...args) => (await open()).wait(...args),
    cancel: async (id) => (await open()).cancel(id),
    start() {
      started = true;
      void engine?.then((created) => created.start());
    },
    pause() {
      started = false;
      void engine?.then((created) => created.pause());
    },
    idle: async () => (await engine)?.idle(),
    drain: async (milliseconds) => (await engine)?.drain(milliseconds),
    stats: async () =>
      engine ? (await engine).stats() : { waiting: 0, delayed: 0, active: 0, dead: 0 },
  };
}
