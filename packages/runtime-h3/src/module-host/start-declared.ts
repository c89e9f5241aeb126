import path from 'node:path';
import type { Logger } from '../types/context.ts';
import { type ForeignDeclaration, MODULE_LIMITS, type ModuleDescriptor } from '../types/foreign.ts';
import type { Guardian } from './guardian.ts';
import { type ModuleProcess, startModule } from './module-process.ts';
import { parseSource, splitCommand } from './parse-source.ts';
import { readDescriptor } from './probe.ts';

export interface StartDeclaredOptions {
  /** Folder that paths of sources start from. */
  root: string;
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
export function startDeclared(
  { name, env: granted = [], limits }: ForeignDeclaration,
  source: string,
  { root, logger, guardian, env = process.env }: StartDeclaredOptions,
): Promise<ModuleProcess> {
  const { target } = parseSource(name, source);
  return startModule({
    name,
    command: toCommand(target, root),
    cwd: root,
    env: pick(env, granted),
    limits: { ...MODULE_LIMITS, ...limits },
    guardian,
    logger,
  });
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
