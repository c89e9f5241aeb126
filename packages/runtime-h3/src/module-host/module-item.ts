import type { ForeignDeclaration } from '../types/foreign.ts';
import { parseSource } from './parse-source.ts';
import { canForbidNetwork } from './permission-flags.ts';

/** How well a module is separated from the app, and what it may do. */
export interface ModuleItem {
  name: string;
  source: string;
  /** Absent: not known, or the module is a file of the app. */
  version?: string;
  grants: ModuleGrants;
  level: IsolationLevel;
  /** `ok`, or why the module can't be called; `unknown` if nothing runs it. */
  health: string;
}

export interface ModuleGrants {
  /** Whether the module can open connections. */
  network: boolean;
  /** Names of the environment variables that it gets; `all` in the app's process. */
  env: string[] | 'all';
  /** Whether the module can read and write files of the app's user. */
  files: boolean;
}

/**
 * - `L0`: in the process of the app, trusted.
 * - `L1`: a Node process with `--permission`, against mistakes.
 * - `L2`: a process of its own, or a container, with limits.
 * - `L3`: another machine or deployment.
 * - `L3'`: WebAssembly without files and network.
 */
export type IsolationLevel = 'L0' | 'L1' | 'L2' | 'L3' | "L3'";

const ALL: ModuleGrants = { network: true, env: 'all', files: true };

/** Says what a module may do, by its source. */
export function describeGrants({
  name,
  source,
  isolate,
  env = [],
  allow = {},
}: ForeignDeclaration): Pick<ModuleItem, 'grants' | 'level'> {
  const { kind, target } = parseSource(name, source);
  const hasFiles = [...(allow.read ?? []), ...(allow.write ?? [])].length > 0;
  if (kind === 'wasm') return { level: "L3'", grants: { network: false, env: [], files: false } };
  if (kind === 'http' || (kind === 'mcp' && !target.startsWith('exec:')))
    return { level: 'L3', grants: { network: true, env: [], files: false } };
  if (kind === 'npm' && !isolate) return { level: 'L0', grants: ALL };
  if (kind === 'npm') {
    const network = allow.network === true || !canForbidNetwork(process.versions.node);
    return { level: 'L1', grants: { network, env, files: hasFiles } };
  }
  if (kind === 'docker')
    return { level: 'L2', grants: { network: allow.network === true, env, files: hasFiles } };
  return { level: 'L2', grants: { network: true, env, files: true } };
}

/** A file of `src/modules`. */
export function describeOwnFile(name: string, file: string): ModuleItem {
  return { name, source: file, level: 'L0', grants: ALL, health: 'unknown' };
}
