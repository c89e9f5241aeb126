import { GatiError } from '@gati/contract';
import type { Host, HostOptions } from './compiler.ts';

/** `auto`: TypeScript 7, and the classic API where its native program can't run. */
export type Engine = 'auto' | Host['engine'];

/** Compilers are loaded when one is needed: a start from the cache needs none. */
export async function openHost(engine: Engine, options: HostOptions): Promise<Host> {
  if (engine !== 'typescript-classic') {
    try {
      const { TypeScript7Host } = await import('./typescript7.ts');
      return new TypeScript7Host(options);
    } catch (error) {
      if (engine === 'typescript-7') throw error;
    }
  }
  const { ClassicHost, loadClassic } = await import('./classic.ts');
  const api = loadClassic(options.root);
  if (!api) {
    throw new GatiError({
      code: 'GATI_NO_TYPESCRIPT',
      level: 'error',
      message:
        'No TypeScript was found that can analyse the handlers: the native program of TypeScript 7 does not start, and there is no other.',
      fix: 'Install without `--omit=optional`, or add `typescript` 5.9 or 6.0 to the project.',
    });
  }
  return new ClassicHost(api, options);
}
