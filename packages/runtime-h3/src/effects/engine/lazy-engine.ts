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
    // Awaited, so that the stack of an error names the caller.
    enqueue: async (...args) => await (await open()).enqueue(...args),
    get: async (...args) => await (await open()).get(...args),
    wait: async (...args) => await (await open()).wait(...args),
    cancel: async (...args) => await (await open()).cancel(...args),
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
