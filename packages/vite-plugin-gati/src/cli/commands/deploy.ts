import { usageError } from '@gati/runtime-h3/command';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import path from 'node:path';
import { type Call, FINDING } from '../command.ts';

/** Options of `gati deploy` that `gati-deploy` has under the same name. */
const PASSED = ['json', 'dry-run', 'take-over'] as const;

/**
 * `gati deploy [ENV]`: runs the command of the package `gati-deploy`, if the app has the package.
 */
export async function run({ args }: Call): Promise<number> {
  const root = path.resolve((args.root as string | undefined) ?? '.');
  const env = typeof args.env === 'string' ? [args.env] : [];
  const options = PASSED.filter((name) => args[name] === true).map((name) => `--${name}`);
  const command = ['deploy', ...env, '--root', root, ...options];
  const child = spawn(process.execPath, [findProgram(root), ...command], { stdio: 'inherit' });
  // Both processes get Ctrl-C, and only the deploy handles it.
  const ignore = (): void => {};
  process.on('SIGINT', ignore);
  const stop = (): void => void child.kill('SIGTERM');
  process.on('SIGTERM', stop);
  const [code] = (await once(child, 'exit')) as [number | null];
  process.off('SIGINT', ignore);
  process.off('SIGTERM', stop);
  return code ?? FINDING;
}

function findProgram(root: string): string {
  try {
    const require = createRequire(path.join(root, 'package.json'));
    const file = require.resolve('gati-deploy/package.json');
    const { bin } = require(file) as { bin: Record<string, string> };
    return path.join(path.dirname(file), bin['gati-deploy']!);
  } catch {
    throw usageError(
      'the package `gati-deploy` is not installed in this app',
      'Install it: `npm install --save-dev gati-deploy`.',
    );
  }
}
