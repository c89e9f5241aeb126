import { printTable } from '../command/table.ts';
import type { Style } from '../command/style.ts';
import { escapeControls } from '@gati/contract/internal';
import type { ModuleGrants, ModuleItem } from '../types/module-item.ts';

/** Prints the table of `modules list`. */
export function printModules(modules: readonly ModuleItem[], style: Style): string[] {
  if (modules.length === 0) return ['the app has no modules'];
  const titles = ['module', 'source', 'version', 'level', 'grants', 'health'];
  const rows = modules.map(({ name, source, version = '', level, grants, health }) => [
    name,
    escapeControls(source),
    version,
    level,
    printGrants(grants),
    health === 'ok' || health === 'unknown' ? health : style.red(escapeControls(health)),
  ]);
  return printTable(
    titles.map((title) => ({ title })),
    rows,
    style,
  );
}

function printGrants({ network, env, files }: ModuleGrants): string {
  const granted = [
    ...(network ? ['network'] : []),
    ...(files ? ['files'] : []),
    ...(env === 'all' ? ['all variables'] : env),
  ];
  return granted.length === 0 ? 'none' : granted.join(', ');
}
