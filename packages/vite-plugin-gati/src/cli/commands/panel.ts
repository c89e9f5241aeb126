import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { usageError } from '@gati/runtime-h3/command';
import { type Call, FINDING } from '../command.ts';

/** Path of a build with Vite's defaults. */
const SERVER = 'dist/server/index.mjs';

/** Runs the same command of the built server in the folder of the app, which has the accounts. */
export async function run({ args, rest, output }: Call): Promise<number> {
  const root = path.resolve((args['root'] as string | undefined) ?? '.');
  if (!fs.existsSync(path.join(root, SERVER)))
    throw usageError(
      `there is no built server at \`${SERVER}\``,
      'Run `gati build` first. Elsewhere, run `panel link` of the server itself. In development the panel needs no link.',
    );
  const words = ['panel', String(args['action']), ...rest, ...(output.json ? ['--json'] : [])];
  const child = spawn(process.execPath, [SERVER, ...words], { cwd: root, stdio: 'inherit' });
  const [code] = (await once(child, 'close')) as [number | null];
  return code ?? FINDING;
}
