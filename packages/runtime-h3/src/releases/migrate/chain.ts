import {
  compareSemver,
  parseRange,
  parseSemver,
  type Range,
  satisfies,
  type Semver,
} from '@gati/contract';
import type { Migration, MigrationFile } from '../../types/migration.ts';

/** A longer chain is a cycle. */
const MAX_STEPS = 64;

/** Migrations from an old version to a release that serves it. */
export interface Chain {
  /** Version of that release. */
  target: string;
  /** In the order in which they migrate a request. */
  steps: Migration[];
}

/**
 * Finds the migrations from `version` to the newest of `targets` that they lead to. A target that is
 * compatible with the result of a step (`^to`) counts. Returns `undefined` without such a target.
 */
export function findChain(
  version: string,
  migrations: readonly MigrationFile[],
  targets: readonly string[],
): Chain | undefined {
  const steps: Migration[] = [];
  let found: Chain | undefined;
  let at = version;
  while (steps.length < MAX_STEPS) {
    const migration = findMigration(at, migrations);
    const next = migration && parseSemver(migration.to);
    const from = parseSemver(at);
    if (!migration || !next || !from || compareSemver(next, from) <= 0) break;
    steps.push(migration.migration);
    at = migration.to;
    const target = newestCompatible(at, targets);
    if (target !== undefined) found = { target, steps: [...steps] };
  }
  return found;
}

/** Returns the migrations from `version` to one release, for a payload that an old release enqueued. */
export function stepsTo(
  version: string,
  migrations: readonly MigrationFile[],
  target: string,
): Migration[] | undefined {
  return findChain(version, migrations, [target])?.steps;
}

/** Finds the migration of a version. An exact version wins over a range. */
function findMigration(
  version: string,
  migrations: readonly MigrationFile[],
): MigrationFile | undefined {
  const wanted = parseSemver(version);
  if (!wanted) return undefined;
  return (
    migrations.find(({ from }) => from === version) ??
    migrations.find(({ from }) => isIn(wanted, parseRange(from)))
  );
}

function isIn(version: Semver, range: Range | undefined): boolean {
  return range !== undefined && satisfies(version, range);
}

function newestCompatible(version: string, targets: readonly string[]): string | undefined {
  const range = parseRange(`^${version}`);
  let best: { text: string; version: Semver } | undefined;
  for (const text of targets) {
    const parsed = parseSemver(text);
    if (!parsed || !isIn(parsed, range)) continue;
    if (!best || compareSemver(parsed, best.version) > 0) best = { text, version: parsed };
  }
  return best?.text;
}
