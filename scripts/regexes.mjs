// Proves that the regular expressions which meet a caller's text take linear time: `npm run regexes`.
// Exits with 1 for one that does not, or that the checker can't decide.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

// The checker's other backends are binaries, which need a Java runtime or another package.
process.env.RECHECK_BACKEND = 'pure';
const { checkSync } = await import('recheck');

/** Folders whose code may meet text of a client. */
const SOURCES = [
  'packages/contract/src/http',
  'packages/contract/src/versions',
  'packages/runtime-h3/src',
  'packages/vite-plugin-gati/src/client',
];

/** Regular expressions that meet no long text of a client, by the file that they are in. */
const EXEMPT = {
  'packages/runtime-h3/src/testing/index.ts': 'the message of an error of the test runner',
  'packages/runtime-h3/src/server/http/client-files.ts': 'at most 255 characters',
  'packages/runtime-h3/src/telemetry/log/source-stack.ts': 'a line of at most 1,000 characters',
  'packages/runtime-h3/src/effects/drivers/cloud/address.ts': 'an address that the operator wrote',
};

function filesIn(folder) {
  return readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => path.posix.join(folder, name.replaceAll('\\', '/')))
    .sort();
}

/** Yields the regular expressions of a file, each with its line. */
function* literals(file) {
  const source = ts.createSourceFile(
    file,
    readFileSync(file, 'utf8'),
    ts.ScriptTarget.Latest,
    true,
  );
  const queue = [source];
  for (let node = queue.pop(); node; node = queue.pop()) {
    ts.forEachChild(node, (child) => void queue.push(child));
    if (node.kind !== ts.SyntaxKind.RegularExpressionLiteral) continue;
    const [, pattern, flags] = /^\/(.*)\/([a-z]*)$/s.exec(node.text);
    yield { pattern, flags, line: source.getLineAndCharacterOfPosition(node.getStart()).line + 1 };
  }
}

/**
 * Runs an attack that the checker guessed. Its guesses are random, and it counts steps of a
 * lookbehind that V8 does not take. A quadratic search of such a text takes seconds.
 */
function isSlow(pattern, flags, text) {
  const start = performance.now();
  new RegExp(pattern, flags.replace(/[gy]/, '')).test(text);
  return performance.now() - start > 200;
}

let checked = 0;
const unused = new Set(Object.keys(EXEMPT));
for (const file of SOURCES.flatMap(filesIn)) {
  for (const { pattern, flags, line } of literals(file)) {
    checked++;
    const { status, checker, complexity, attack } = checkSync(pattern, flags, { timeout: 20_000 });
    if (status === 'safe') continue;
    if (checker === 'fuzz' && attack && !isSlow(pattern, flags, attack.string)) continue;
    if (EXEMPT[file]) {
      unused.delete(file);
      continue;
    }
    process.exitCode = 1;
    console.log(`${file}:${line} /${pattern}/${flags} is ${complexity?.summary ?? status}`);
    if (attack) console.log(`  slow for ${attack.pattern}`);
  }
}
for (const file of unused) {
  process.exitCode = 1;
  console.log(`${file} needs no exemption any more: remove it from scripts/regexes.mjs`);
}
console.log(`${checked} regular expressions checked`);
