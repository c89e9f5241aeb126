import { count } from '@gati/contract/internal';
import type { CommandResult } from '../../command/output.ts';
import { usageError } from '../../command/usage-error.ts';
import type { DatabaseMigration } from '../../types/bundle.ts';
import type { DatabaseAddress } from '../database-address.ts';
import { openMigrationConnection } from './open-connection.ts';
import { migrate, readPlan } from './migrate.ts';

export interface MigrateFlags {
  'dry-run'?: boolean | undefined;
  status?: boolean | undefined;
  /** Seconds. */
  timeout?: string | undefined;
}

export interface MigrateCommand {
  address: DatabaseAddress;
  /** In their order. */
  files: readonly DatabaseMigration[];
  flags: MigrateFlags;
  /** Prints a line before the result. */
  progress(text: string): void;
}

/** Runs `migrate` of `gati` and of a built server. */
export async function migrateDatabase({
  address,
  files,
  flags,
  progress,
}: MigrateCommand): Promise<CommandResult> {
  const lockTimeout = readTimeout(flags.timeout);
  if (address.location === ':memory:')
    throw usageError(
      "other processes can't see a database in memory",
      'Set GATI_DATABASE to a file or a server.',
    );
  const isReading = flags.status === true || flags['dry-run'] === true;
  const connection = await openMigrationConnection(address, {
    create: !isReading && files.length > 0,
  });
  try {
    if (isReading || connection === undefined)
      return describe(await readPlan(connection, files), flags);
    const applied = await migrate(connection, files, {
      ...(lockTimeout !== undefined && { lockTimeout }),
      onApplied: ({ name, milliseconds }) => progress(`applied ${name} in ${milliseconds} ms`),
    });
    const lines = applied.length === 0 ? [UP_TO_DATE] : [];
    return { lines, document: { applied }, code: 0 };
  } finally {
    await connection?.close();
  }
}

const UP_TO_DATE = 'the database has all migrations';

/** Describes the result of `--status` or `--dry-run`. */
function describe(
  { applied, pending, newer }: Awaited<ReturnType<typeof readPlan>>,
  flags: MigrateFlags,
): CommandResult {
  const done = applied.map(({ name, appliedAt }) => ({ name, appliedAt }));
  const notes = newer.map((name) => `newer    ${name}: applied by a newer release`);
  if (flags['dry-run'])
    return {
      lines:
        pending.length === 0
          ? [UP_TO_DATE]
          : pending.flatMap(({ name, sql }) => [`-- ${name}`, sql.trimEnd(), '']),
      document: { pending },
      code: 0,
    };
  const known = done.filter(({ name }) => !newer.includes(name));
  return {
    lines: [
      ...known.map(({ name, appliedAt }) => `applied  ${name}  ${appliedAt}`),
      ...notes,
      ...pending.map(({ name }) => `pending  ${name}`),
      pending.length === 0 ? UP_TO_DATE : count(pending.length, 'pending migration'),
    ],
    document: { applied: known, newer, pending: pending.map(({ name }) => name) },
    code: flags.status && pending.length > 0 ? 1 : 0,
  };
}

function readTimeout(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,6}$/.test(text))
    throw usageError(`\`--timeout ${text}\` is not a number of seconds`, 'Use `--timeout 300`.');
  return Number(text) * 1000;
}
