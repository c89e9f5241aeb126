import { GatiError } from '@gati/contract';
import { redactUrls } from '@gati/contract/internal';

/** Folder of the migrations, from the root of the app. */
const FOLDER = 'src/migrations';

const START_AGAIN =
  'In development you can also remove the SQLite file and apply all migrations again.';

/**
 * Reason and fix by the kind of mismatch of files and database. `fact` is a time or another name.
 */
const FAULTS = {
  changed: (name: string, fact: string) => ({
    message: `The migration ${name} has changed since it was applied at ${fact}.`,
    fix: `Restore the file, and write a new migration for the change. ${START_AGAIN}`,
  }),
  missing: (name: string, fact: string) => ({
    message: `The migration ${name}, which was applied at ${fact}, is missing in ${FOLDER}.`,
    fix: `Restore the file. ${START_AGAIN}`,
  }),
  late: (name: string, fact: string) => ({
    message: `The migration ${name} is not applied, but the later ${fact} is.`,
    fix: `Rename the file, so that it comes after ${fact}. ${START_AGAIN}`,
  }),
};

export function historyError(fault: keyof typeof FAULTS, name: string, fact: string): GatiError {
  const file = fault === 'missing' ? {} : { file: `${FOLDER}/${name}` };
  return new GatiError({ code: 'GATI_MIGRATE_HISTORY', ...FAULTS[fault](name, fact), ...file });
}

/** A migration that can't be applied. */
export function migrateError(
  name: string,
  reason: string,
  fix: string,
  { line, cause }: { line?: number; cause?: unknown } = {},
): GatiError {
  return new GatiError(
    {
      code: 'GATI_MIGRATE',
      message: `The migration ${name} can't be applied: ${redactUrls(reason)}.`,
      fix,
      file: `${FOLDER}/${name}`,
      ...(line !== undefined && { line }),
    },
    { cause },
  );
}

export function lockError(seconds: number): GatiError {
  return new GatiError({
    code: 'GATI_MIGRATE',
    message: `Another process has been migrating the database for more than ${seconds} s.`,
    fix: 'Wait until it ends, or use a longer `--timeout`. The lock of a process that was killed is released.',
  });
}
