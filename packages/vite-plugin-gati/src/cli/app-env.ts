import path from 'node:path';
import { loadEnv } from 'vite';
import type { Call } from './command.ts';

/**
 * Changes to the folder of the app, and returns its variables as development reads them: those of
 * the shell, then those of `.env` files.
 */
export function enterApp({ args }: Pick<Call, 'args'>): Record<string, string | undefined> {
  const root = path.resolve((args.root as string | undefined) ?? '.');
  process.chdir(root);
  return {
    ...loadEnv((args.mode as string | undefined) ?? 'development', root, ''),
    ...process.env,
  };
}
