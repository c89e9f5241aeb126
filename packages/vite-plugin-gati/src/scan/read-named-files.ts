import type { Diagnostic } from '@gati/contract';
import type { FileFacts, ScannedFile } from './file-facts.ts';
import { checkEffectSettings } from './effect-settings.ts';
import { belowFolder, EFFECTS, MODULES } from './layout.ts';
import { toIdentifier } from './client-names.ts';
import { nameConflict, nameInvalid, notConstant, runMissing } from './diagnostics.ts';
import { findMisspeltExports } from './misspelt-exports.ts';
import type { EffectFile, NamedFile } from './types.ts';

/** Returns the modules, sorted by name. */
export function readModules(files: ScannedFile[], diagnostics: Diagnostic[]): NamedFile[] {
  return sortByUniqueName(
    files.map(({ file }) => ({ name: toIdentifier(belowFolder(file, MODULES)), file })),
    'module name',
    diagnostics,
  );
}

/** Returns the effects, sorted by name. */
export function readEffects(files: ScannedFile[], diagnostics: Diagnostic[]): EffectFile[] {
  const named: EffectFile[] = [];
  for (const entry of files) {
    const { file, facts } = entry;
    diagnostics.push(...checkEffectSettings(file, facts), ...findMisspeltExports(entry, 'effect'));
    const constant = facts.constants.effect;
    if (constant && constant.value === undefined)
      diagnostics.push(notConstant({ file, ...constant }, 'effect'));
    else if (!facts.exportsAll && !facts.exports.values.includes('run'))
      diagnostics.push(runMissing({ file }));
    else
      named.push({
        name: constant?.value ?? toIdentifier(belowFolder(file, EFFECTS)),
        file,
        ...(facts.exports.values.includes('payload') && { exportsPayload: true }),
        ...readSchedule(facts),
      });
  }
  return sortByUniqueName(named, 'effect name', diagnostics);
}

function readSchedule({ settings }: FileFacts): Pick<EffectFile, 'schedule' | 'timezone'> {
  const [schedule, timezone] = [settings['schedule']?.value, settings['timezone']?.value];
  if (typeof schedule !== 'string') return {};
  return { schedule, ...(typeof timezone === 'string' && { timezone }) };
}

/** An effect may choose its name. A module has an identifier, made from its file name. */
const NAME = /^[\w$.-]+$/;

/** Reports and drops files whose name is taken or invalid. */
function sortByUniqueName<File extends NamedFile>(
  files: File[],
  what: string,
  diagnostics: Diagnostic[],
): File[] {
  const owners = new Map<string, File>();
  for (const entry of files) {
    const other = owners.get(entry.name);
    if (other) diagnostics.push(nameConflict(entry, what, entry.name, other));
    else if (!NAME.test(entry.name) || entry.name === '__proto__')
      diagnostics.push(nameInvalid(entry, what, entry.name));
    else owners.set(entry.name, entry);
  }
  return [...owners.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
