import { spawn, spawnSync } from 'node:child_process';
import { GatiError } from '@gati/contract';
import { followChild } from '../custom/follow-child.ts';

/** Lines of the output that an error shows. */
const SHOWN = 5;
const CHECK_LIMIT = 15_000;

/**
 * Finds Docker Compose: the plugin of Docker, or the program of version 1.
 *
 * @throws {GatiError} GATI_DEPLOY_LOCAL when there is none, or Docker does not run
 */
export function findCompose(): string[] {
  const works = (command: string, ...args: string[]): boolean =>
    spawnSync(command, args, { stdio: 'ignore', timeout: CHECK_LIMIT }).status === 0;
  if (!works('docker', 'version'))
    throw localError(
      'Docker does not run on this machine.',
      'Install Docker and start it, then run the same command again.',
    );
  if (works('docker', 'compose', 'version')) return ['docker', 'compose'];
  if (works('docker-compose', 'version')) return ['docker-compose'];
  throw localError(
    'Docker has no Compose.',
    'Install the plugin `docker-compose-plugin`, or the program `docker-compose`.',
  );
}

export const localError = (message: string, fix: string, logs?: string[]): GatiError =>
  new GatiError({ code: 'GATI_DEPLOY_LOCAL', message, fix }, logs && { cause: { logs } });

/**
 * Runs a program and passes its lines on.
 *
 * @throws {GatiError} GATI_DEPLOY_LOCAL when its exit code is not 0
 */
export async function runProgram(
  [program, ...args]: string[],
  cwd: string,
  onLine: (line: string) => void,
): Promise<void> {
  const child = spawn(program!, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  const last: string[] = [];
  const how = await followChild(child, (line) => {
    if (line.trim() === '') return;
    last.push(line.trim().slice(0, 300));
    if (last.length > SHOWN) last.shift();
    onLine(line);
  });
  if (how === undefined) return;
  const said = last.at(-1);
  throw localError(
    `\`${[program, ...args.slice(0, 2)].join(' ')}\` ${how}${said === undefined ? '' : `: ${said}`}.`,
    'Correct what it reports, then run the same command again.',
    last,
  );
}
