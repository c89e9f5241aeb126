import { readdirSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { packageFolder } from '../../files/package-json.ts';
import type { ParsedConfig } from '../compiler/compiler.ts';

/** The configuration of the analysed program. It exists in the overlay only. */
export const CONFIG_FILE = '.gati/tsconfig.analysis.json';

export interface ConfigInput {
  root: string;
  /** Absolute names of handlers, middleware, modules, effects and the config. */
  files: readonly string[];
  /** Absolute names of the files that declare globals. */
  declarations: readonly string[];
}

/** Compiler options for a project whose configurations include no handler. */
const DEFAULTS = {
  target: 'ESNext',
  module: 'ESNext',
  moduleResolution: 'bundler',
  lib: ['ES2023', 'DOM', 'DOM.Iterable', 'DOM.AsyncIterable'],
  resolveJsonModule: true,
};

/**
 * Options that the project can't choose, because contracts depend on them: without
 * `strictNullChecks`, a type does not show what can be missing.
 */
const FORCED = {
  strict: true,
  strictNullChecks: true,
  exactOptionalPropertyTypes: false,
  allowJs: true,
  allowImportingTsExtensions: true,
  noEmit: true,
  composite: false,
  incremental: false,
  skipLibCheck: true,
};

/**
 * Prints {@link CONFIG_FILE}. It extends the project's configuration that includes the handlers, or
 * has defaults. Its program has only the files that are analysed.
 */
export function printAnalysisConfig(
  input: ConfigInput,
  parse: (file: string) => ParsedConfig | undefined,
): string {
  const { root } = input;
  const toRelative = (file: string): string => {
    const path = relative(`${root}/${dirname(CONFIG_FILE)}`, file).replaceAll('\\', '/');
    return path.startsWith('.') ? path : `./${path}`;
  };
  const files = new Set([...input.files, ...input.declarations]);
  const compilerOptions: Record<string, unknown> = { ...FORCED };
  const own = findConfig(input, parse);
  for (const file of own?.parsed.files ?? []) if (file.endsWith('.d.ts')) files.add(file);
  if (!own) Object.assign(compilerOptions, DEFAULTS, { types: hasNodeTypes(root) ? ['node'] : [] });
  return JSON.stringify({
    ...(own ? { extends: toRelative(own.file) } : {}),
    compilerOptions,
    files: [...files].sort().map(toRelative),
    include: [],
    references: [],
  });
}

function findConfig(
  { root, files }: ConfigInput,
  parse: (file: string) => ParsedConfig | undefined,
): { file: string; parsed: ParsedConfig } | undefined {
  const wanted = new Set(files);
  for (const file of configFiles(root)) {
    const parsed = parse(file);
    if (parsed?.files.some((each) => wanted.has(each))) return { file, parsed };
  }
  return undefined;
}

/**
 * Configurations of the root and of the folders up to `package.json`, absolute: `tsconfig.json`,
 * then `tsconfig.app.json` and others.
 */
export function configFiles(root: string): string[] {
  const last = packageFolder(root);
  const found: string[] = [];
  for (let folder = root; ; folder = dirname(folder)) {
    found.push(...configNames(folder).map((name) => `${folder}/${name}`));
    if (folder === last) return found;
  }
}

function configNames(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => /^tsconfig(\..+)?\.json$/.test(name))
      .sort(
        (a, b) => Number(b === 'tsconfig.json') - Number(a === 'tsconfig.json') || (a < b ? -1 : 1),
      );
  } catch {
    return [];
  }
}

function hasNodeTypes(root: string): boolean {
  for (let folder = root; ; folder = dirname(folder)) {
    try {
      if (readdirSync(`${folder}/node_modules/@types/node`).length > 0) return true;
    } catch {
      // This folder has no such package. The loop looks one folder up.
    }
    if (dirname(folder) === folder) return false;
  }
}
