import path from 'node:path';
import { runEffects } from '@gati/runtime-h3/dev';
import { loadEnv } from 'vite';
import type { Call } from '../command.ts';

export async function run({ args, rest, output }: Call): Promise<number> {
  const root = path.resolve((args.root as string | undefined) ?? '.');
  process.chdir(root);
  // Development's queue, with what development reads; what the shell has set counts more.
  const { GATI_EFFECTS } = { ...loadEnv((args.mode as string | undefined) ?? 'development', root, ''), ...process.env };
  return runEffects([String(args.action), ...rest], GATI_EFFECTS, output.json ? output : undefined);
}
