import { createOutput, printResult, usageResult } from '../command/output.ts';
import { parseArguments } from '../command/parse-arguments.ts';
import { usageError } from '../command/usage-error.ts';
import { dataFolder } from '../data/data-folder.ts';
import { parseDatabaseAddress } from '../data/database-address.ts';
import { migrateDatabase } from '../data/migrations/command.ts';
import type { ServerOptions } from './options.ts';

const OPTIONS = {
  'dry-run': { type: 'boolean' },
  status: { type: 'boolean' },
  timeout: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

const HELP = `Apply the migrations of this build that the database of GATI_DATABASE does not have

  migrate                    apply them, in their order, each in a transaction
  migrate --dry-run          print their SQL, apply nothing
  migrate --status           list applied and pending migrations; exit code 1 if one is pending

  --timeout=SECONDS   time to wait for another process that migrates, 60 by default
  --json              one JSON document on stdout, everything else on stderr`;

/** Runs `migrate` of a built server. Returns the exit code. */
export function runMigrateCommand(
  words: string[],
  load: ServerOptions['databaseMigrations'],
): Promise<number> {
  const output = createOutput(words.includes('--json'));
  const fix = 'Check that the database can be reached, and migrate again.';
  return printResult(output, fix, async () => {
    const { positionals, values } = parseArguments(words, OPTIONS, { help: 'migrate --help' });
    if (values.help) return usageResult(HELP);
    if (positionals.length > 0)
      throw usageError(`\`migrate\` takes no \`${positionals[0]}\``, 'See `migrate --help`.');
    return migrateDatabase({
      address: parseDatabaseAddress(process.env.GATI_DATABASE, dataFolder('production')),
      files: (await load?.()) ?? [],
      flags: values,
      progress: output.line,
    });
  });
}
