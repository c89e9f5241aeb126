import type { Diagnostic, SecurityRequirement } from '@gati/contract';
import { combineSecurity } from '@gati/contract/internal';
import { guardMissing } from './diagnostics.ts';
import type { ScannedFile } from './file-facts.ts';
import { folderOf, isBelow } from './layout.ts';
import { findMisspeltExports } from './misspelt-exports.ts';
import { readSecurity } from './read-security.ts';
import type { FolderFile, RouteFile } from './types.ts';

/**
 * Returns the guards with their folders. A guard that can't be used stays in the list: in
 * development its routes respond 500, instead of running without a guard.
 */
export function readGuards(files: readonly ScannedFile[], diagnostics: Diagnostic[]): FolderFile[] {
  return files.map((entry) => {
    const { file, facts } = entry;
    const found = toFolderFile(entry);
    if (facts.syntax) return found;
    diagnostics.push(...findMisspeltExports(entry, 'guard'));
    const security = readSecurity(file, facts, diagnostics);
    const hasGuard = facts.exportsAll || facts.exports.values.includes('guard');
    const isDeclaration = !hasGuard && security === false;
    const isIncomplete = !hasGuard && !isDeclaration;
    if (isIncomplete) diagnostics.push(guardMissing({ file }));
    return {
      ...found,
      ...(facts.guardLine === undefined ? {} : { line: facts.guardLine }),
      ...(security === undefined ? {} : { security }),
      ...(isDeclaration ? { isDeclaration } : {}),
      ...(isIncomplete ? { isIncomplete } : {}),
    };
  });
}

export function toFolderFile({ file, role, facts }: ScannedFile): FolderFile {
  return {
    role: role as FolderFile['role'],
    file,
    folder: folderOf(file),
    types: facts.exports.types,
  };
}

export function outermostFirst(files: readonly FolderFile[]): FolderFile[] {
  return files.toSorted((a, b) => a.file.split('/').length - b.file.split('/').length);
}

/**
 * Returns what applies to a route: its middleware, its guards, and the credentials that they and the
 * route itself require together. `security = false` makes routes public: the guards of outer folders
 * that declare a `security` do not run.
 *
 * @param folders outermost first
 */
export function aroundRoute(
  { file, facts }: ScannedFile,
  folders: readonly FolderFile[],
  diagnostics: Diagnostic[],
): Pick<RouteFile, 'guards' | 'guardPlaces' | 'middleware' | 'security'> {
  const above = folders.filter(({ folder }) => isBelow(file, folder));
  let guards: FolderFile[] = [];
  let required: SecurityRequirement | undefined;
  const apply = (security: FolderFile['security']): void => {
    if (security === undefined) return;
    if (security !== false) required = combineSecurity(required ?? [], security);
    else {
      required = [];
      guards = guards.filter((guard) => !guard.security);
    }
  };
  for (const guard of above.filter(({ role }) => role === 'guard')) {
    apply(guard.security);
    if (guard.isDeclaration !== true) guards.push(guard);
  }
  apply(readSecurity(file, facts, diagnostics));
  return {
    ...(required === undefined ? {} : { security: required }),
    guards: guards.map((guard) => guard.file),
    ...(guards.length > 0 && {
      guardPlaces: guards.map(({ file, line = 1 }) => `${file}:${line}`),
    }),
    middleware: above.filter(({ role }) => role === 'middleware').map((each) => each.file),
  };
}
