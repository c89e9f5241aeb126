import { type Diagnostic, GatiError } from '@gati/contract';
import { isCi } from '../files/is-ci.ts';
import type { Scan } from '../scan/types.ts';
import { LOCK_FILE } from './lock.ts';
import type { DeclaredModule } from './module-options.ts';

interface ModuleStates {
  declared: DeclaredModule[];
  /** Modules that have no usable pin. */
  missing: DeclaredModule[];
  /** Errors of modules whose descriptor could not be read, by name. */
  failed: ReadonlyMap<string, Diagnostic>;
}

/** Returns the diagnostics of modules without a pin, of names taken twice, and of stale pins. */
export function diagnoseModules(
  scan: Scan,
  { declared, missing, failed }: ModuleStates,
): Diagnostic[] {
  return [
    ...missing.map((module) => failed.get(module.name) ?? withoutContract(module)),
    ...conflicts(scan, declared),
    ...stalePins(missing, failed),
  ];
}

function withoutContract({ name, file }: DeclaredModule): Diagnostic {
  return {
    code: 'GATI_MODULE_LOCK',
    level: 'error',
    message: `${LOCK_FILE} has no contract of the module "${name}".`,
    fix: 'Run `gati generate` where the module runs, and commit the file.',
    file,
  };
}

/** Warns about modules that could not be read, and keep their pin. */
function stalePins(
  missing: DeclaredModule[],
  failed: ReadonlyMap<string, Diagnostic>,
): Diagnostic[] {
  const unpinned = new Set(missing.map(({ name }) => name));
  return [...failed].flatMap(([name, found]): Diagnostic[] =>
    unpinned.has(name) ? [] : [{ ...found, level: isCi() ? 'error' : 'warning' }],
  );
}

function conflicts(scan: Scan, declared: DeclaredModule[]): Diagnostic[] {
  return declared.flatMap(({ name, file }): Diagnostic[] => {
    const other = scan.modules.find((module) => module.name === name);
    if (other === undefined) return [];
    return [
      {
        code: 'GATI_NAME_CONFLICT',
        level: 'error',
        message: `The module name '${name}' is taken twice: by ${file} and by ${other.file}.`,
        fix: 'Rename one of the two.',
        file,
      },
    ];
  });
}

export function toDiagnostic(error: unknown): Diagnostic {
  if (error instanceof GatiError) return error.diagnostic;
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'GATI_UNEXPECTED', level: 'error', message, fix: 'Report this error.' };
}

export function pinDiffersError(name: string): GatiError {
  return new GatiError({
    code: 'GATI_MODULE_LOCK',
    message: `The contract of the module "${name}" differs from ${LOCK_FILE}.`,
    fix: 'Run `gati generate`, look at the change, and commit the file.',
    file: LOCK_FILE,
  });
}
