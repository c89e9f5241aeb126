import type { Change } from '@gati/contract';
import type { Style } from './style.ts';
import { type Column, printTable } from './table.ts';

const COLUMNS: Column[] = [
  { title: 'level' },
  { title: 'route' },
  { title: 'place' },
  { title: 'change' },
];
const LEVELS = ['major', 'minor', 'patch'] as const;

/** Prints changes of a contract as a table, those that can break clients first. */
export function printChanges(changes: readonly Change[], style: Style): string[] {
  const rows = LEVELS.flatMap((level) =>
    changes
      .filter((change) => change.level === level)
      .map(({ route, path, message }) => [paintLevel(level, style), route, path, message]),
  );
  return printTable(COLUMNS, rows, style);
}

/** Major changes are red: they can break clients. */
export function paintLevel(level: string, style: Style): string {
  if (level === 'major') return style.red(level);
  return level === 'minor' ? style.yellow(level) : style.dim(level);
}
