import { count } from '@gati/contract/internal';
import { dataFolder } from '@gati/runtime-h3/internal';
import {
  migrate,
  openMigrationConnection,
  parseDatabaseAddress,
  readPlan,
} from '@gati/runtime-h3/migrations';
import type { Logger } from 'vite';
import { readMigrations } from '../scan/read-migrations.ts';
import { diagnoseError } from './diagnose-error.ts';
import type { DiagnosticReporter } from './diagnostic-reporter.ts';

/** The migrations of the database in development. */
export interface DevMigrations {
  /**
   * Applies pending files to a SQLite file, or logs that another database has pending ones. Reports
   * an error.
   */
  apply(): Promise<void>;
  /** Waits for the last `apply`, and throws its error. */
  finish(): Promise<void>;
}

interface DevMigrationsDependencies {
  root: string;
  env: Record<string, string | undefined>;
  viteLogger: Logger;
  reporter: DiagnosticReporter;
}

export function createDevMigrations({
  root,
  env,
  viteLogger,
  reporter,
}: DevMigrationsDependencies): DevMigrations {
  let last: Promise<void> = Promise.resolve();

  async function applyFiles(): Promise<void> {
    const files = readMigrations(root);
    const address = parseDatabaseAddress(env['GATI_DATABASE'], dataFolder('development'));
    if (files.length === 0 || address.location === ':memory:') return;
    const isFile = address.dialect === 'sqlite';
    const connection = await openMigrationConnection(address, { create: isFile });
    try {
      if (isFile)
        await migrate(connection!, files, {
          onApplied: ({ name }) => log(`applied the migration ${name}`),
        });
      else {
        const { pending } = await readPlan(connection, files);
        if (pending.length > 0)
          log(
            `the database has ${count(pending.length, 'pending migration')}: run \`gati migrate\``,
          );
      }
    } finally {
      await connection?.close();
    }
  }

  const log = (text: string): void => viteLogger.info(text, { timestamp: true });

  return {
    async apply() {
      last = last.catch(() => undefined).then(applyFiles);
      try {
        await last;
        reporter.delete('migrations');
      } catch (error) {
        reporter.set('migrations', [diagnoseError(error, root, undefined)]);
      }
    },
    finish: () => last,
  };
}
