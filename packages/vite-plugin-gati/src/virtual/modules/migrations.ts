import { readMigrations } from '../../scan/read-migrations.ts';
import type { VirtualInput } from '../virtual-module.ts';

/**
 * `virtual:gati/migrations`: the files of `src/migrations`.
 *
 * @throws {GatiError} GATI_MIGRATE when a name can't be used
 */
export function migrationsModule({ root }: VirtualInput): string {
  return `export default JSON.parse(${JSON.stringify(JSON.stringify(readMigrations(root())))});\n`;
}

/** Prints the property of a release and of a server that loads the migrations. */
export function printMigrations(root: string): string[] {
  return readMigrations(root).length === 0
    ? []
    : [
        "databaseMigrations: () => import('virtual:gati/migrations').then((module) => module.default)",
      ];
}
