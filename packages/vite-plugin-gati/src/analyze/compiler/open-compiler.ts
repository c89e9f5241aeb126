import { GatiError } from '@gati/contract';
import type { Compiler, CompilerOptions } from './compiler.ts';

/** `auto`: TypeScript 7, or the classic API if the native program can't run. */
export type Engine = 'auto' | Compiler['engine'];

/**
 * Starts a compiler. Its code is imported only here, since a start from the cache needs no
 * compiler.
 * @throws {GatiError} GATI_NO_TYPESCRIPT when neither compiler can run
 */
export async function openCompiler(engine: Engine, options: CompilerOptions): Promise<Compiler> {
  if (engine !== 'typescript-classic') {
    try {
      const { TypeScript7Compiler } = await import('./typescript7.ts');
      return new TypeScript7Compiler(options);
    } catch (error) {
      if (engine === 'typescript-7') throw error;
    }
  }
  const { ClassicCompiler, loadClassic } = await import('./classic.ts');
  const api = loadClassic(options.root);
  if (!api) {
    throw new GatiError({
      code: 'GATI_NO_TYPESCRIPT',
      message:
        'No TypeScript was found that can analyse the handlers: the native program of TypeScript 7 does not start, and the project has no TypeScript 5.9 or 6.0.',
      fix: 'Install without `--omit=optional`, or add `typescript` 5.9 or 6.0 to the project.',
    });
  }
  return new ClassicCompiler(api, options);
}
