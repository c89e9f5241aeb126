import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { packageFolder } from '../../files/package-json.ts';

/**
 * Returns the absolute paths of the app's `tsconfig.json` and of the configurations that it
 * references. It is searched from the root upwards, as far as the folder of `package.json`.
 */
export function findConfigs(root: string): string[] {
  const found = new Set<string>();
  const visit = (file: string): void => {
    if (found.has(file) || !fs.existsSync(file)) return;
    found.add(file);
    for (const reference of references(file)) {
      const target = path.resolve(path.dirname(file), reference);
      visit(target.endsWith('.json') ? target : path.join(target, 'tsconfig.json'));
    }
  };
  const last = packageFolder(root);
  for (let folder = root; ; folder = path.dirname(folder)) {
    visit(path.join(folder, 'tsconfig.json'));
    if (found.size > 0 || folder === last) return [...found];
  }
}

function references(file: string): string[] {
  const text = fs.readFileSync(file, 'utf8');
  // Removes comments and trailing commas, but not inside of strings.
  const json = text
    .replace(
      /("(?:\\.|[^"\\])*")|\/\/[^\n]*|\/\*[^]*?\*\//g,
      (_, string: string | undefined) => string ?? '',
    )
    .replace(/("(?:\\.|[^"\\])*")|,(?=\s*[}\]])/g, (_, string: string | undefined) => string ?? '');
  try {
    const { references = [] } = JSON.parse(json) as { references?: { path?: string }[] };
    return references.flatMap(({ path }) => (typeof path === 'string' ? [path] : []));
  } catch {
    // The compiler reports the syntax error.
    return [];
  }
}

/** Prints a `tsconfig.json` for files that no configuration of the app includes. */
export function fallbackConfig(root: string, files: string[]): string {
  const compilerOptions = {
    strict: true,
    target: 'es2023',
    lib: ['es2023', 'dom', 'dom.iterable'],
    module: 'esnext',
    moduleResolution: 'bundler',
    allowImportingTsExtensions: true,
    allowJs: true,
    resolveJsonModule: true,
    skipLibCheck: true,
    noEmit: true,
    types: hasNodeTypes(root) ? ['node'] : [],
  };
  return JSON.stringify({ compilerOptions, files });
}

function hasNodeTypes(root: string): boolean {
  try {
    createRequire(path.join(root, 'package.json')).resolve('@types/node/package.json');
    return true;
  } catch {
    return false;
  }
}
