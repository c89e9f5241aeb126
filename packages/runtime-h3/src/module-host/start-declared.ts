import { randomUUID } from 'node:crypto';
import { chownSync, lstatSync } from 'node:fs';
import path from 'node:path';
import type { Logger } from '../types/context.ts';
import { type ForeignDeclaration, MODULE_LIMITS, type ModuleDescriptor } from '../types/foreign.ts';
import {
  CONTAINER_MEMORY,
  CONTAINER_SOCKETS,
  containerUser,
  DOCKER_VARIABLES,
  dockerCommand,
  isPinnedImage,
  pullImage,
  removeContainer,
} from './docker-command.ts';
import { moduleStartError } from './errors.ts';
import { variablesOf } from './fill-variables.ts';
import type { Guardian } from './guardian.ts';
import { type ModuleProcess, startModule, type StartOptions } from './module-process.ts';
import type { McpSettings } from './mcp-settings.ts';
import { mayUseNetwork, permissionFlags } from './permission-flags.ts';
import { namedFiles, parseSource, splitCommand } from './parse-source.ts';
import type { ProcessBounds } from './process-bounds.ts';
import { readDescriptor } from './probe.ts';
import { sandboxCommand } from './sandbox.ts';

/** Folder of the programs in a build, from the output folder. */
export const PROGRAMS_DIR = 'modules/gati-programs';
/** Program that runs an `mcp:` module. */
export const MCP_BRIDGE = 'mcp-bridge.mjs';
/** Program that runs an `npm:` module in a separate process. */
export const NPM_RUNNER = 'npm-runner.mjs';

export interface StartDeclaredOptions {
  /** Folder that paths of sources start from. */
  root: string;
  /** Folder of the programs that run some kinds of modules. By default that of a build. */
  programs?: string | undefined;
  logger: Logger;
  /** `process.env` by default. */
  env?: Record<string, string | undefined> | undefined;
  guardian: Guardian;
}

/**
 * Starts the process of a declared module.
 *
 * @throws {GatiError} GATI_MODULE_START when it does not come up
 */
export async function startDeclared(
  declaration: ForeignDeclaration,
  source: string,
  options: StartDeclaredOptions,
): Promise<ModuleProcess> {
  const { name, limits, env: granted = [], headers = {} } = declaration;
  const { root, logger, guardian, env = process.env } = options;
  const { kind, target } = parseSource(name, source);
  const common = {
    name,
    cwd: root,
    env: pick(env, [...granted, ...variablesOf(headers)]),
    limits: { ...MODULE_LIMITS, ...limits },
    guardian,
    logger,
  };
  if (kind === 'docker') return startContainer(declaration, target, root, common);
  const bounds = boundsOf(declaration);
  const isSandboxed = declaration.isolate === true && kind !== 'npm';
  return startModule({
    ...common,
    listensForModule: kind === 'npm' && !mayUseNetwork(declaration),
    bounds,
    isSandboxed,
    command(sockets) {
      const command = commandOf(declaration, source, options, sockets);
      if (!isSandboxed) return command;
      // The program, and for `mcp:` the bridge that the program runs.
      const programs = command
        .slice(0, kind === 'mcp' ? 2 : 1)
        .filter((file) => path.isAbsolute(file));
      const read = [...programs, ...resolveAll(root, namedFiles(target))];
      return toSandbox(declaration, command, { root, sockets, read });
    },
    ...(isSandboxed && !declaration.allow?.network && { toLocalAddress: requireUnixSocket }),
  });
}

/**
 * Returns the limits of the processes of a module. Without a sandbox, only declared limits apply.
 */
function boundsOf({ isolate, limits = {} }: ForeignDeclaration): ProcessBounds {
  return {
    memory: limits.memory ?? (isolate ? CONTAINER_MEMORY : undefined),
    processes: limits.processes ?? (isolate ? MODULE_LIMITS.processes : undefined),
    cpus: limits.cpus,
  };
}

/** Returns the files of the sandbox: `read`, and what the app allows. */
function toSandbox(
  { name, allow = {}, files = [] }: ForeignDeclaration,
  command: string[],
  { root, sockets, read }: { root: string; sockets: string; read: readonly string[] },
): string[] {
  return sandboxCommand(name, command, {
    root,
    sockets,
    network: allow.network === true,
    read: [...read, ...resolveAll(root, [...files, ...(allow.read ?? [])])],
    write: resolveAll(root, allow.write),
  });
}

function requireUnixSocket(address: string): string {
  if (address.startsWith('unix:')) return address;
  throw new Error('without `allow.network` it must listen on a Unix socket in TMPDIR.');
}

/** Runs a module in a container, whose client is the process that is supervised. */
async function startContainer(
  declaration: ForeignDeclaration,
  image: string,
  root: string,
  common: Omit<StartOptions, 'command'>,
): Promise<ModuleProcess> {
  const { name } = declaration;
  const variables = Object.keys(common.env);
  const env = { ...pick(process.env, ['PATH', 'HOME', ...DOCKER_VARIABLES]), ...common.env };
  const container = `gati-${name.replaceAll(/\W/g, '-')}-${randomUUID()}`;
  if (!isPinnedImage(image)) throw moduleStartError(name, `${image} has no digest.`);
  try {
    await pullImage(image, env);
  } catch (error) {
    throw moduleStartError(name, `${(error as Error).message}.`);
  }
  return startModule({
    ...common,
    env,
    command(sockets) {
      const { uid, gid } = containerUser();
      if (process.getuid?.() === 0) chownSync(sockets, uid, gid);
      return dockerCommand(declaration, { container, image, root, sockets, variables });
    },
    toLocalAddress: toHostSocket,
    onExit: () => removeContainer(container, env),
  });
}

/** A module in a container may only listen on a socket in the folder that it shares. */
function toHostSocket(address: string, sockets: string): string {
  const [, file] = /^unix:\/run\/gati\/([\w.-]+)$/.exec(address) ?? [];
  if (file === undefined || file === '..' || file === '.')
    throw new Error(`it must listen on a socket in ${CONTAINER_SOCKETS}.`);
  const place = path.join(sockets, file);
  if (!lstatSync(place).isSocket()) throw new Error(`${file} is not a socket.`);
  return `unix:${place}`;
}

function commandOf(
  declaration: ForeignDeclaration,
  source: string,
  { root, programs = path.join(root, PROGRAMS_DIR) }: StartDeclaredOptions,
  sockets: string,
): string[] {
  const { kind, target } = parseSource(declaration.name, source);
  if (kind === 'npm') return runnerCommand(declaration, target, { root, programs, sockets });
  if (kind === 'mcp') return bridgeCommand(declaration, target, root, programs);
  return toCommand(target, root);
}

/** Runs the bridge between an MCP server and the module protocol. */
function bridgeCommand(
  { headers, limits }: ForeignDeclaration,
  target: string,
  root: string,
  programs: string,
): string[] {
  const { input, output, handshake } = { ...MODULE_LIMITS, ...limits };
  const [, command] = /^exec:(.+)$/s.exec(target) ?? [];
  const settings: McpSettings = {
    ...(command === undefined ? { url: target } : { command: toCommand(command, root) }),
    ...(headers && { headers }),
    input,
    output,
    timeout: handshake,
  };
  return [process.execPath, path.join(programs, MCP_BRIDGE), JSON.stringify(settings)];
}

/**
 * Starts the process of a module for its descriptor, and ends it again.
 *
 * @throws {GatiError} GATI_MODULE_START, GATI_MODULE_DESCRIPTOR
 */
export async function describeProcess(
  declaration: ForeignDeclaration,
  options: StartDeclaredOptions,
): Promise<ModuleDescriptor> {
  const process = await startDeclared(declaration, declaration.source, options);
  try {
    return await readDescriptor(declaration.name, process.endpoint);
  } finally {
    await process.stop();
  }
}

/** Runs a prepared package with the permission model of Node. */
function runnerCommand(
  { allow = {}, limits }: ForeignDeclaration,
  target: string,
  { root, programs, sockets }: { root: string; programs: string; sockets: string },
): string[] {
  const folder = path.resolve(root, target);
  const runner = path.join(programs, NPM_RUNNER);
  const { input } = { ...MODULE_LIMITS, ...limits };
  return [
    process.execPath,
    ...permissionFlags(process.versions.node, {
      network: mayUseNetwork({ allow }),
      read: [runner, folder, sockets, ...resolveAll(root, allow.read)],
      write: [sockets, ...resolveAll(root, allow.write)],
    }),
    runner,
    folder,
    String(input),
  ];
}

const resolveAll = (root: string, files: readonly string[] = []): string[] =>
  files.map((file) => path.resolve(root, file));

/** A program with a path starts from the root; others are looked up in `PATH`. */
export function toCommand(target: string, root: string): string[] {
  const [program = '', ...args] = splitCommand(target);
  return [/[\\/]/.test(program) ? path.resolve(root, program) : program, ...args];
}

function pick(
  env: Record<string, string | undefined>,
  names: readonly string[],
): Record<string, string> {
  const entries = names.flatMap((name): [string, string][] => {
    const value = env[name];
    return value === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries(entries);
}
