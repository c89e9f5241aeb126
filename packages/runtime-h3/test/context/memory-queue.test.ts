import { expect, test } from 'vitest';
import { createGlobalContext } from '../../src/global-context/create-global-context.ts';
import { bundle, context } from '../helpers/bundle.ts';

test.each([
  ['development', 1],
  ['production', 1],
  ['test', 0],
] as const)('in %s, logs %i times that jobs are kept in memory', async (mode, times) => {
  const logged: Record<string, unknown>[] = [];
  const release = {
    ...bundle({}),
    effects: { note: { load: async () => ({ run: async () => undefined }) } },
  };
  const { logger } = context(release, logged);
  for (let made = 0; made < 2; made++) {
    const { gctx, dispose } = await createGlobalContext({
      release,
      mode,
      logger,
      env: { GATI_EFFECTS: 'memory:' },
    });
    await gctx.effects.enqueue('note', {});
    await dispose(1000);
  }
  expect(logged.filter(({ code }) => code === 'GATI_EFFECTS_MEMORY')).toHaveLength(times);
});
