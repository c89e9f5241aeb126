import { fileURLToPath } from 'node:url';
import { createOutput, printResult, usageResult } from '../command/output.ts';
import { usageError } from '../command/usage-error.ts';
import type { ServerModules } from './options.ts';

const HELP = `List and swap the modules that run outside of the app's process

  modules list                   list them with source, grants and health
  modules swap NAME [SOURCE]     start a new process, move all calls to it, end the old one`;

/** Runs `modules list` or `modules swap` for the server of this build. Returns the exit code. */
export function runModulesCommand(
  words: string[],
  modules: ServerModules | undefined,
): Promise<number> {
  const output = createOutput(words.includes('--json'));
  const [action, name, ...source] = words.filter((word) => word !== '--json');
  return printResult(output, 'The running process of the module stays.', async () => {
    if (action === undefined || action === '--help' || action === '-h') return usageResult(HELP);
    if (modules === undefined)
      throw usageError('this build has no modules outside of the app', 'Declare one, and build.');
    const host = await modules.load();
    const root = fileURLToPath(modules.root);
    if (action === 'list') {
      const list = await host.listModules([root], modules.list);
      return {
        lines: host.printModules(list, output.style),
        document: { modules: list },
        code: 0,
      };
    }
    if (action !== 'swap' || name === undefined)
      throw usageError('`modules` needs `list` or `swap NAME`', 'See `modules --help`.');
    const { version } = await host.requestSwap([root], name, source.join(' ') || undefined);
    return { lines: [`${name} has version ${version} now`], document: { name, version }, code: 0 };
  });
}
