import {
  compareSemver,
  type Diagnostic,
  parseRange,
  parseSemver,
  type Range,
  satisfies,
} from '@gati/contract';
import type { ScannedFile } from './file-facts.ts';
import { belowFolder, VERSIONS } from './layout.ts';
import { migrationInvalid } from './diagnostics.ts';
import type { VersionFile } from './types.ts';

/** Returns the migrations of `src/versions`. */
export function readVersions(files: ScannedFile[], diagnostics: Diagnostic[]): VersionFile[] {
  return files.flatMap((scanned) => {
    const { file, facts } = scanned;
    const from = belowFolder(file, VERSIONS);
    const to = facts.constants.to;
    const invalid = invalidMigration(scanned, from, parseRange(from), to?.value);
    if (invalid !== undefined) diagnostics.push(migrationInvalid({ file, ...to }, ...invalid));
    return invalid !== undefined || to?.value === undefined ? [] : [{ from, to: to.value, file }];
  });
}

function invalidMigration(
  { facts }: ScannedFile,
  from: string,
  range: Range | undefined,
  to: string | undefined,
): [message: string, fix: string] | undefined {
  if (range === undefined) {
    return [
      `'${from}' is neither a version nor a range of versions.`,
      "Name the file after the versions that it migrates: '1.x.ts', '1.4.0.ts'.",
    ];
  }
  const target = to === undefined ? undefined : parseSemver(to);
  if (target === undefined) {
    return [
      `The file does not say which version it migrates ${from} to.`,
      "Export the version that it migrates to: export const to = '2.0.0'.",
    ];
  }
  const exact = parseSemver(from);
  if (satisfies(target, range) || (exact !== undefined && compareSemver(target, exact) <= 0)) {
    return [
      `${from} is migrated to ${to}, which is not a later version.`,
      'Use the later version, which has the breaking change.',
    ];
  }
  if (!facts.exportsAll && !facts.exports.values.includes('default')) {
    return [
      'The file exports no migration.',
      `Write: export default { routes: { … } } satisfies Migration<'${from}'>.`,
    ];
  }
  return undefined;
}
