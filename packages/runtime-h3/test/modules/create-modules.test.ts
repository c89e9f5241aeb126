import { describe, expect, test } from 'vitest';
import type { GlobalContext } from '../../src/types/context.ts';
import { createModules } from '../../src/modules/create-modules.ts';
import type { ModuleDefinition, ModuleFile } from '../../src/types/modules.ts';

const files = (
  modules: Record<string, ModuleDefinition<never> | ModuleFile>,
): Record<string, () => ModuleFile> =>
  Object.fromEntries(
    Object.entries(modules).map(([name, file]) => [
      name,
      () => ('setup' in file ? { default: file } : file),
    ]),
  );

const gctx = { state: new Map() } as unknown as GlobalContext;
type Calls = Record<string, Record<string, (...args: unknown[]) => unknown>>;

describe('modules', () => {
  test('the exported functions of a file without a definition are the module', async () => {
    const modules = createModules(files({ math: { double: (n: number) => n * 2 } }));
    await modules.setup(gctx);
    expect((modules.api as Calls).math!.double!(21)).toBe(42);
  });

  test('a setup can await the functions of a module that is set up later', async () => {
    const modules = createModules({
      alpha: () => ({
        default: {
          async setup(context: GlobalContext) {
            const rate = await (context.modules as unknown as Calls).beta!.rate!();
            return { rate: () => rate };
          },
        },
      }),
      beta: async () => ({ default: { setup: async () => ({ rate: () => 7 }) } }),
    });
    await modules.setup(gctx);
    expect((modules.api as Calls).alpha!.rate!()).toBe(7);
  });

  test('GATI_MODULE_CYCLE names the modules that wait for each other', async () => {
    const waitFor = (name: string): ModuleDefinition => ({
      setup: async (context) => ({ go: await (context.modules as unknown as Calls)[name]!.go!() }),
    });
    const modules = createModules(
      files({ a: waitFor('b'), b: waitFor('c'), c: waitFor('a') } as never),
    );
    await expect(modules.setup(gctx)).rejects.toMatchObject({
      code: 'GATI_MODULE_CYCLE',
      message: expect.stringContaining(' → '),
    });
  });

  test('GATI_MODULE_SETUP names the module, and the others are disposed of', async () => {
    const disposed: string[] = [];
    const modules = createModules({
      good: () => ({ default: { setup: () => ({}), dispose: () => void disposed.push('good') } }),
      bad: () => ({
        default: {
          setup: async () => {
            throw new Error('no database');
          },
        },
      }),
    });
    await expect(modules.setup(gctx)).rejects.toMatchObject({
      code: 'GATI_MODULE_SETUP',
      message: expect.stringMatching(/"bad".*no database/),
    });
    expect(disposed).toEqual(['good']);
  });

  test('dispose runs in reverse order of setup', async () => {
    const order: string[] = [];
    const one = (name: string, needs?: string): ModuleFile => ({
      default: {
        async setup(context: GlobalContext) {
          if (needs) await (context.modules as unknown as Calls)[needs]!.ping!();
          order.push(`+${name}`);
          return { ping: () => {} };
        },
        dispose: () => void order.push(`-${name}`),
      },
    });
    const modules = createModules({ first: () => one('first', 'last'), last: () => one('last') });
    await modules.setup(gctx);
    expect(await modules.dispose()).toEqual([]);
    expect(order).toEqual(['+last', '+first', '-first', '-last']);
  });

  test('replace moves the name to the new code and disposes of the old, unless the new setup fails', async () => {
    const disposed: number[] = [];
    const version = (n: number): ModuleFile => ({
      default: { setup: () => ({ version: () => n }), dispose: () => void disposed.push(n) },
    });
    const modules = createModules({ it: () => version(1) });
    await modules.setup(gctx);
    const api = modules.api as Calls;
    await modules.replace('it', () => version(2));
    expect(api.it!.version!()).toBe(2);
    expect(disposed).toEqual([1]);
    const broken = { default: { setup: () => Promise.reject(new Error('broken')) } };
    await expect(modules.replace('it', () => broken)).rejects.toMatchObject({
      code: 'GATI_MODULE_SETUP',
    });
    expect(api.it!.version!()).toBe(2);
    await modules.remove('it');
    expect('it' in api).toBe(false);
    expect(disposed).toEqual([1, 2]);
  });

  test('the last of several simultaneous changes stays, and each replaced module is disposed of once', async () => {
    const disposed: number[] = [];
    const version = (n: number, wait: number): ModuleFile => ({
      default: {
        setup: () =>
          new Promise((resolve) => setTimeout(() => resolve({ version: () => n }), wait)),
        dispose: () => void disposed.push(n),
      },
    });
    const modules = createModules({ it: () => version(1, 0) });
    await modules.setup(gctx);
    // The first is the slowest.
    await Promise.all([2, 3, 4].map((n) => modules.replace('it', () => version(n, 40 - 10 * n))));
    expect((modules.api as Calls).it!.version!()).toBe(4);
    expect(disposed).toEqual([1, 2, 3]);
    const swap = modules.replace('it', () => version(5, 20));
    expect(await modules.dispose()).toEqual([]);
    await swap;
    expect(disposed).toEqual([1, 2, 3, 4, 5]);
  });

  test('health returns the modules that can not serve, with the reason', async () => {
    const modules = createModules({
      ok: () => ({ default: { setup: () => ({}), health: () => true } }),
      no: () => ({ default: { setup: () => ({}), health: () => false } }),
      down: () => ({
        default: {
          setup: () => ({}),
          health: () => Promise.reject(new Error('connection refused')),
        },
      }),
    });
    await modules.setup(gctx);
    expect(await modules.health()).toEqual({ no: 'not healthy', down: 'connection refused' });
  });
});
