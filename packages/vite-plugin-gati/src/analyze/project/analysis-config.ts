import { readdirSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import type { ParsedConfig } from '../compiler/compiler.ts';

/** Where the analysed program's own configuration stands; it exists only in the overlay. */
export const CONFIG_FILE = '.gati/tsconfig.analysis.json';

export interface ConfigInput {
  root: string;
  /** Absolute: handlers, modules, effects. */
  files: readonly string[];
  /** Absolute: declarations of globals. */
  declarations: readonly string[];
}

const DEFAULTS = {
  target: 'ESNext',
  module: 'ESNext',
  moduleResolution: 'bundler',
  lib: ['ES2023', 'DOM', 'DOM.Iterable', 'DOM.AsyncIterable'],
  resolveJsonModule: true,
};

/** What a contract depends on is not left to taste: without `strictNullChecks` a type does not say what can be missing. */
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

/** The text of {@link CONFIG_FILE}: the user's configuration where it includes the handlers, else defaults; only what is analysed is in it. */
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
  for (const name of configNames(root)) {
    const file = `${root}/${name}`;
    const parsed = parse(file);
    if (parsed?.files.some((each) => wanted.has(each))) return { file, parsed };
  }
  return undefined;
}

/** `tsconfig.json` first, then those that it usually refers to (`tsconfig.app.json` …). */
export function configNames(root: string): string[] {
  try {
    return readdirSync(root)
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
      // Not here: one folder up.
    }
    if (dirname(folder) === folder) return false;
  }
}
