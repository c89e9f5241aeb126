import { GatiError } from '@gati/contract';
import { type ControlReply, sendModuleCommand, type SwapReply } from './control.ts';

/**
 * Asks the first server that runs for one of the folders to swap a module. The server swaps it in
 * `module-host.ts`.
 *
 * @param folders root of an app in development, output folder of a build
 * @param source the source of the running process by default
 * @throws {GatiError} with the reason why the running process stays, or GATI_USAGE when no server runs
 */
export async function requestSwap(
  folders: readonly string[],
  name: string,
  source: string | undefined,
): Promise<SwapReply> {
  for (const folder of folders) {
    const reply = await sendModuleCommand(folder, { name, source });
    if (reply === undefined) continue;
    if ('version' in reply) return reply;
    if ('error' in reply) throw swapError(reply);
  }
  throw new GatiError({
    code: 'GATI_USAGE',
    message: 'No server of this app runs on this machine.',
    fix: 'Start it, and run the command as the same user in the folder of the app.',
  });
}

/** Returns the error of the server, whose text has its code and its fix already. */
function swapError({
  error,
  code = 'GATI_MODULE_START',
}: Extract<ControlReply, { error: string }>): GatiError {
  const [, message = error, fix = ''] =
    /^(?:GATI_\w+: )?(.*?)(?:\n {2}fix: (.*?))?(?:\n|$)/s.exec(error) ?? [];
  return new GatiError({
    code: code as GatiError['code'],
    message,
    fix: fix || 'The running process of the module stays. Correct the new one, and try again.',
  });
}
