import type { ForeignDeclaration } from '../types/foreign.ts';
import type { ModuleGrants, ModuleItem } from '../types/module-item.ts';
import { mayUseNetwork } from './permission-flags.ts';
import { parseSource } from './parse-source.ts';

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
  if (kind === 'npm')
    return { level: 'L1', grants: { network: mayUseNetwork({ allow }), env, files: hasFiles } };
  if (kind === 'docker' || isolate)
    return { level: 'L2', grants: { network: allow.network === true, env, files: hasFiles } };
  return { level: 'L2', grants: { network: true, env, files: true } };
}

/** A file of `src/modules`. */
export function describeOwnFile(name: string, file: string): ModuleItem {
  return { name, source: file, level: 'L0', grants: ALL, health: 'unknown' };
}
