import fs from 'node:fs';
import path from 'node:path';
import { GatiError } from '@gati/contract';
import { parse } from 'yaml';
import { readText } from '../files/read-text.ts';
import { MODULES } from '../scan/layout.ts';
import { LOCK_FILE } from './lock.ts';
import { type DeclaredModule, type ModuleOption, parseDeclaration } from './module-options.ts';

/** `src/modules/scorer.module.yaml` declares the module `scorer`. */
const SUFFIX = /\.module\.ya?ml$/;
/** Characters of a declaration at most. */
const MAX_YAML = 65_536;

export interface Declarations {
  /** Sorted by name. */
  modules: DeclaredModule[];
  errors: GatiError[];
}

/** Whether a file, from the root, declares a foreign module. */
export const isDeclaration = (file: string): boolean =>
  file.startsWith(`${MODULES}/`) && SUFFIX.test(file);

/** Reads all foreign modules of an app: those of `gati({ modules })` and of YAML files. */
export function readDeclarations(
  root: string,
  options: Readonly<Record<string, ModuleOption>>,
): Declarations {
  const found = new Map<string, DeclaredModule>();
  const errors: GatiError[] = [];
  const add = (name: string, file: string, read: () => unknown): void => {
    try {
      const module = parseDeclaration(name, read(), file);
      const other = found.get(name);
      if (other) throw conflictError(name, file, other.file);
      found.set(name, module);
    } catch (error) {
      errors.push(error instanceof GatiError ? error : yamlError(file, error));
    }
  };
  for (const [name, option] of Object.entries(options)) add(name, LOCK_FILE, () => option);
  for (const entry of listYaml(path.join(root, MODULES))) {
    const file = `${MODULES}/${entry}`;
    add(entry.replace(SUFFIX, ''), file, () => {
      const text = readText(path.join(root, file)) ?? '';
      if (text.length > MAX_YAML) throw new Error(`it has more than ${MAX_YAML} characters`);
      return parse(text, { maxAliasCount: 0 }) as unknown;
    });
  }
  return { modules: [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1)), errors };
}

function listYaml(folder: string): string[] {
  try {
    return fs
      .readdirSync(folder)
      .filter((name) => SUFFIX.test(name))
      .sort();
  } catch {
    return [];
  }
}

function yamlError(file: string, error: unknown): GatiError {
  const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
  return new GatiError({
    code: 'GATI_MODULE_SOURCE',
    message: `${file} can't be read: ${reason}.`,
    fix: 'Correct the YAML; it has the same settings as an entry of gati({ modules }).',
    file,
  });
}

function conflictError(name: string, file: string, other: string): GatiError {
  return new GatiError({
    code: 'GATI_NAME_CONFLICT',
    message: `The module name '${name}' is taken twice: by ${file} and by ${other}.`,
    fix: 'Rename one of the two.',
    file,
  });
}
