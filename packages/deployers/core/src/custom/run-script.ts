import { spawn } from 'node:child_process';
import { GatiError } from '@gati/contract';
import { followChild } from './follow-child.ts';

/** A command of `gati.deploy.yaml`. */
export interface Script {
  /** Its setting: `deployScript`. */
  setting: string;
  command: string;
  /** Folder of the app. */
  cwd: string;
  /** Variables that describe the release. */
  facts: Record<string, string>;
}

/** Lines of the output that an error shows. */
const SHOWN = 10;

/**
 * Runs a command in a shell, and passes its lines on.
 *
 * @throws {GatiError} GATI_DEPLOY_ROLLOUT when its exit code is not 0
 */
export async function runScript(
  { setting, command, cwd, facts }: Script,
  onLine: (line: string) => void,
): Promise<void> {
  const child = spawn(command, {
    cwd,
    env: { ...process.env, ...facts },
    shell: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const last: string[] = [];
  const how = await followChild(child, (line) => {
    last.push(line.slice(0, 1000));
    if (last.length > SHOWN) last.shift();
    onLine(line);
  });
  if (how === undefined) return;
  const said = last.at(-1);
  throw new GatiError(
    {
      code: 'GATI_DEPLOY_ROLLOUT',
      message: `\`${setting}\` ${how}${said === undefined ? '' : `: ${said.slice(0, 300)}`}.`,
      fix: `Correct what \`${command.slice(0, 200)}\` reports, then run the same command again.`,
    },
    { cause: { logs: last } },
  );
}
