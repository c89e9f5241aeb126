import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Logger } from '../types/context.ts';
import type { ModuleLimits } from '../types/foreign.ts';
import { moduleProgramError, moduleStartError } from './errors.ts';
import type { Guardian } from './guardian.ts';
import { type ModuleEndpoint, parseAddress } from './module-request.ts';
import { readLines } from './output-lines.ts';
import { listenForProcess } from './pass-connections.ts';
import { boundCommand, type ProcessBounds, watchBounds } from './process-bounds.ts';
import { listDescendants } from './process-tree.ts';

/** Variables that every module gets, if they are set. */
const BASIC_ENV = ['PATH', 'HOME', 'LANG', 'TZ', 'SystemRoot'];
/** Cookie that says that the module was started by Gati. */
export const MODULE_COOKIE = 'GATI_MODULE';

/** File name of the socket of modules that run in programs of Gati. */
export const MODULE_SOCKET = 'module.sock';

/** Exit codes with which the programs of util-linux report that they can't start a program. */
const EXEC_ERRORS = new Map<number | null, NodeJS.ErrnoException>([
  [126, Object.assign(new Error('can not be executed'), { code: 'EACCES' })],
  [127, Object.assign(new Error('does not exist'), { code: 'ENOENT' })],
]);
/** Maximum number of processes in a sandbox that get SIGTERM. SIGKILL reaches all of them. */
const MAX_SIGNALLED = 1000;

const HANDSHAKE = /^GATI-MODULE (\d+) (\S+)$/;

export interface StartOptions {
  name: string;
  /** Returns the command. It gets the folder for the socket, which exists already. */
  command(sockets: string): string[];
  cwd: string;
  /** Values of the variables that the app grants. */
  env: Record<string, string>;
  limits: Pick<ModuleLimits, 'handshake' | 'stop'>;
  guardian: Guardian;
  logger: Logger;
  /** Whether this process listens for the module, because the module may not listen. */
  listensForModule?: boolean;
  /**
   * Converts the address of the handshake line to one of this machine.
   *
   * @throws {Error} when it is not an address of the module
   */
  toLocalAddress?(address: string, sockets: string): string;
  /**
   * Limits of the module's processes together; the module ends when they use more. Absent: another
   * program enforces limits.
   */
  bounds?: ProcessBounds;
  /** Whether the command is a sandbox. A signal would end a sandbox at once. */
  isSandboxed?: boolean;
  /** Cleans up after the process. */
  onExit?(): Promise<void>;
}

/** A running process of a module. */
export interface ModuleProcess {
  /** `unix:/path` or `tcp:127.0.0.1:4000`. */
  readonly address: string;
  readonly endpoint: ModuleEndpoint;
  readonly pid: number;
  /** Resolves with how the process ended: `code 1`, `signal SIGKILL`. */
  readonly exited: Promise<string>;
  /** Ends the process: SIGTERM, and SIGKILL when it is still there later. */
  stop(): Promise<void>;
  /** Ends its standard input, as when this process is gone. */
  endInput(): void;
  kill(): void;
}

/**
 * Starts a module and waits for its handshake line.
 *
 * @throws {GatiError} GATI_MODULE_START when it ends before, or the line is wrong or too late
 */
export async function startModule(options: StartOptions): Promise<ModuleProcess> {
  const { name, cwd, env, limits, guardian, logger, bounds, isSandboxed } = options;
  const folder = await mkdtemp(path.join(tmpdir(), 'gati-module-'));
  let command: string[];
  try {
    command = options.command(folder);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
  const [program = '', ...args] = bounds ? boundCommand(command, bounds, isSandboxed) : command;
  const passed = options.listensForModule
    ? await listenForProcess(path.join(folder, MODULE_SOCKET))
    : undefined;
  const child = spawn(program, args, {
    cwd,
    env: { ...basicEnv(), ...env, TMPDIR: folder, [MODULE_COOKIE]: '1' },
    // The module may end itself when its input ends, so this end stays open.
    stdio: ['pipe', 'pipe', 'pipe', ...(passed ? (['ipc'] as const) : [])],
    // A group of its own, so that children of the module end with it.
    detached: process.platform !== 'win32',
    windowsHide: true,
  });
  child.stdin!.on('error', () => {});
  passed?.passTo(child);
  let notRun: NodeJS.ErrnoException | undefined;
  const exited = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve((notRun = error).message));
    child.once('exit', (code, signal) => {
      if (program !== command[0]) notRun = EXEC_ERRORS.get(code);
      resolve(over ?? (signal ? `signal ${signal}` : `code ${code}`));
    });
  });
  let over: string | undefined;
  const unwatch = watchBounds(child.pid, bounds ?? {}, isSandboxed ? 2 : 0, (reason, pids) => {
    over = reason;
    kill(child);
    // Processes that left the group.
    signalAll(pids, 'SIGKILL');
  });
  // The channel only passes connections. Without a listener, Node keeps each message in memory.
  child.on('message', () => {
    over = 'it sent a message over the channel of its connections';
    kill(child);
  });
  if (child.pid !== undefined) guardian.add(child.pid);
  const cleaned = exited.then(async (how) => {
    passed?.close();
    unwatch();
    kill(child);
    if (child.pid !== undefined) guardian.delete(child.pid);
    await options.onExit?.();
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
    return how;
  });
  const lines = createLog(name, logger);
  try {
    const printed = await readHandshake(child, exited, limits.handshake, lines);
    const address = options.toLocalAddress?.(printed, folder) ?? printed;
    const endpoint = parseAddress(address);
    if (endpoint === undefined) throw new Error(`it can't listen on ${address.slice(0, 200)}.`);
    return {
      address,
      endpoint,
      pid: child.pid!,
      exited: cleaned,
      stop: () => stop(child, cleaned, limits.stop, isSandboxed),
      endInput: () => void child.stdin!.end(),
      kill: () => kill(child),
    };
  } catch (error) {
    kill(child);
    await cleaned;
    if (notRun) throw moduleProgramError(name, command[0]!, notRun);
    throw moduleStartError(name, (error as Error).message);
  }
}

function basicEnv(): Record<string, string> {
  const env: Record<string, string> = {};
  for (const name of BASIC_ENV) {
    const value = process.env[name];
    if (value !== undefined) env[name] = value;
  }
  return env;
}

interface ModuleLog {
  line(text: string): void;
  dropped(lines: number): void;
}

function createLog(module: string, logger: Logger): ModuleLog {
  return {
    line: (text) => logger.info(text, { module }),
    dropped: (lines) => logger.warn('lines of a module were dropped', { module, lines }),
  };
}

/** Returns the address of the handshake line. Other lines go to the log. */
function readHandshake(
  child: ChildProcess,
  exited: Promise<string>,
  within: number,
  log: ModuleLog,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`it printed no handshake line within ${within} ms.`)),
      within,
    );
    let isDone = false;
    const settle = (done: () => void): void => {
      isDone = true;
      clearTimeout(timer);
      done();
    };
    readLines(
      child.stdout!,
      (line) => {
        const [, version, address] = isDone ? [] : (HANDSHAKE.exec(line) ?? []);
        if (version === undefined) return log.line(line);
        settle(() =>
          version === '1'
            ? resolve(address!)
            : reject(new Error(`it has version ${version} of the protocol, and Gati has 1.`)),
        );
      },
      log.dropped,
    );
    readLines(child.stderr!, log.line, log.dropped);
    void exited.then((how) =>
      settle(() => reject(new Error(`it ended (${how}) before its handshake line.`))),
    );
  });
}

async function stop(
  child: ChildProcess,
  exited: Promise<string>,
  within: number,
  isSandboxed = false,
): Promise<void> {
  child.stdin!.end();
  if (isSandboxed) signalInner(child);
  else signalGroup(child, 'SIGTERM');
  const timer = setTimeout(() => kill(child), within);
  await exited;
  clearTimeout(timer);
}

const kill = (child: ChildProcess): void => signalGroup(child, 'SIGKILL');

/** Sends SIGTERM to the processes in a sandbox. The first process of the sandbox ends with them. */
function signalInner({ pid }: ChildProcess): void {
  if (pid !== undefined) signalAll(listDescendants(pid, MAX_SIGNALLED).slice(1), 'SIGTERM');
}

function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids)
    try {
      process.kill(pid, signal);
    } catch {
      // The process has ended.
    }
}

/** Also reaches children of the module that outlive it. */
function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === 'win32') child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // The group is gone.
  }
}
