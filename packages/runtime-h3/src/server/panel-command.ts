import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type CommandResult, createOutput, printResult, usageResult } from '../command/output.ts';
import { usageError } from '../command/usage-error.ts';
import type { PanelModule } from '../types/panel-module.ts';
import { readServerEnv } from './env.ts';
import { openOwnCluster } from './open-own-cluster.ts';
import type { ServerOptions } from './options.ts';
import { accessFolder, telemetryStore } from './panel-env.ts';

const HELP = `Print a new link to the panel

  link    makes an owner: to set the panel up, or to get back into it. It ends the links before it

  --json  one JSON document on stdout, everything else on stderr`;

/** Runs `panel link` of a built server. Resolves to the exit code. */
export function runPanelCommand(
  words: string[],
  options: Pick<ServerOptions, 'panel'>,
): Promise<number> {
  return printResult(
    createOutput(words.includes('--json')),
    'Run the command as the user of the server, in its folder, with its environment.',
    () =>
      run(
        words.filter((word) => word !== '--json'),
        options,
      ),
  );
}

async function run(
  words: string[],
  { panel }: Pick<ServerOptions, 'panel'>,
): Promise<CommandResult> {
  if (words.length === 0 || words.includes('--help') || words.includes('-h'))
    return usageResult(HELP);
  if (words.length !== 1 || words[0] !== 'link')
    throw usageError(`\`panel ${words.join(' ')}\` is no command`, 'The command is `panel link`.');
  const file = panel && new URL('panel.mjs', panel);
  if (!file || !existsSync(file))
    throw usageError(
      'this server was built without the panel',
      'Install `@gati/devtools` and build the app again.',
    );
  const { createPanelLink } = (await import(/* @vite-ignore */ file.href)) as PanelModule;
  const env = readServerEnv(process.env);
  const access = {
    file: join(accessFolder(telemetryStore(env, 'on')), 'access.db'),
    origin: env.panelOrigin,
  };
  const { url, minutes } = await createPanelLink(access, await openOwnCluster(panel));
  return {
    lines: [url, `Open it within ${minutes} minutes. It works once.`],
    document: { url, minutes },
    code: 0,
  };
}
