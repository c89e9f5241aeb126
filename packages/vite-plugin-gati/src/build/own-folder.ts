import fs from 'node:fs';
import { isBuiltin } from 'node:module';
import path from 'node:path';

/** Maximum number of files of a package that are read. */
const MAX_FILES = 2000;
const EXTENSIONS = ['', '.js', '.cjs', '.mjs', '/index.js', '/index.cjs', '/index.mjs'];
const COMMENTS = /\/\*[^]*?\*\/|(?<=^|[\s;{}])\/\/[^\n]*/g;
const RELATIVE_IMPORT = /(?:\bfrom|\bimport|\bimport\(|\brequire\()\s*(['"])(\.[^'"\n]*)\1/g;

/** Code that finds files by the place of its module, which a bundle does not keep. */
const OWN_FOLDER = [
  /\b__dirname\b|\b__filename\b|\bimport\.meta\.(?:dirname|filename)\b/,
  // `require('./locales/' + name)`, `` require(`#fonts/${name}`) ``
  /\brequire\(\s*(?:(['"])[.#][^'"\n]*\1\s*\+|`[.#][^`\n]*\$\{)/,
  // `require(name)`, as database clients load the driver that the app has installed.
  /(?<![.\w$])require\(\s*[A-Za-z_$][\w$.]*\s*\)/,
];

const CREATED_REQUIRE = /\bcreateRequire\(/;
const REQUIRE_CALL = /\brequire[\w$]*\(\s*(['"`])([^'"`\n]+)\1/gi;

const isOwnFolderCode = (code: string): boolean =>
  OWN_FOLDER.some((pattern) => pattern.test(code)) ||
  // A bundler does not follow `createRequire`.
  (CREATED_REQUIRE.test(code) &&
    [...code.matchAll(REQUIRE_CALL)].some(([, , specifier]) => !isBuiltin(specifier!)));

/**
 * Whether a package reads files of its own folder when it runs: in the module `entry`, or in one of
 * the package's modules that it imports.
 */
export function readsOwnFolder(entry: string): boolean {
  const found = new Set([entry]);
  // A set that grows while it is iterated visits the added files too.
  for (const file of found) {
    const code = readCode(file);
    if (isOwnFolderCode(code)) return true;
    if (found.size > MAX_FILES) return false;
    for (const [, , specifier] of code.matchAll(RELATIVE_IMPORT)) {
      const imported = findFile(path.resolve(path.dirname(file), specifier!));
      if (imported) found.add(imported);
    }
  }
  return false;
}

function readCode(file: string): string {
  return /\.[cm]?js$/.test(file) ? fs.readFileSync(file, 'utf8').replace(COMMENTS, '') : '';
}

function findFile(name: string): string | undefined {
  return EXTENSIONS.map((extension) => name + extension).find((file) =>
    fs.statSync(file, { throwIfNoEntry: false })?.isFile(),
  );
}
