import type { GlobalContext, Logger } from '../../../src/types/context.ts';
import { createMemoryDriver } from '../../../src/effects/drivers/memory/driver.ts';
import {
  createEffectsEngine,
  type EffectsEngine,
  type EffectsOptions,
} from '../../../src/effects/engine/engine.ts';
import type { ReleaseEffects } from '../../../src/effects/engine/job-release.ts';
import type { EffectContext, EffectFile } from '../../../src/types/effects.ts';
import type { QueueDriver } from '../../../src/ports.ts';
import type { BundleEffect } from '../../../src/types/bundle.ts';

type Run = (payload: never, ectx: EffectContext) => unknown;
export type Effects = Record<
  string,
  Omit<Partial<EffectFile>, 'run' | 'payload'> & { run: Run; payload?: BundleEffect['payload'] }
>;

/** An engine, its queue and its log. */
export interface Opened {
  engine: EffectsEngine;
  driver: QueueDriver;
  /** Logged messages above `info`. */
  logged: string[];
}

/** Creates a release with these effects. */
export function createRelease(effects: Effects, version = '1.0.0'): ReleaseEffects {
  const bundleEffects = Object.fromEntries(
    Object.entries(effects).map(([name, { payload, ...file }]): [string, BundleEffect] => [
      name,
      { load: () => file as EffectFile, ...(payload && { payload }) },
    ]),
  );
  const gctx = {
    release: { version, id: `rel_${version}`, deployedAt: new Date() },
  } as unknown as GlobalContext;
  return { effects: () => bundleEffects, $defs: () => ({}), gctx: () => gctx };
}

/** Starts an engine that runs these effects over a queue in memory. */
export function openEngine(
  effects: Effects,
  more: Partial<EffectsOptions> = {},
  version?: string,
): Opened {
  const logged: string[] = [];
  const noop = (): void => {};
  const log = (message: string): void => void logged.push(message);
  const logger: Logger = { trace: noop, debug: noop, info: noop, warn: log, error: log };
  const driver = more.driver ?? createMemoryDriver();
  const engine = createEffectsEngine({
    ...createRelease(effects, version),
    driver,
    logger,
    backoff: false,
    ...more,
  });
  engine.start();
  return { engine, driver, logged };
}
