import { parseAst } from 'vite';
import { expect, test } from 'vitest';
import { findOwnPlace } from '../../src/build/find-own-place.ts';
import { findUnsupportedSyntax, hasUsing } from '../../src/build/find-syntax.ts';
import { build, makeApp } from '../helpers/build.ts';

test.each([
  ['readFileSync(import.meta.dirname + "/a")', 'import.meta.dirname'],
  ['log(import.meta.filename)', 'import.meta.filename'],
  ['join(__dirname, "a")', '__dirname'],
  ['this.dir = import.meta.dirname', 'import.meta.dirname'],
  ['dirname(fileURLToPath(import.meta.url))', 'fileURLToPath(import.meta.url)'],
  ['const load = createRequire(import.meta.url); load("./a.json")', 'load("./a.json")'],
  ['const load = createRequire(import.meta.url); load("a")', undefined],
  [
    'createRequire(import.meta.url)("./a/" + name)',
    'createRequire(import.meta.url)("./a/" + name)',
  ],
  [
    'createRequire(import.meta.url).resolve(`./${name}`)',
    'createRequire(import.meta.url).resolve(`./${name}`)',
  ],
  [
    'module.exports = require("./locales/" + lang + ".json")',
    'require("./locales/" + lang + ".json")',
  ],
  ['module.exports = require.resolve(`../${name}`)', 'require.resolve(`../${name}`)'],
  [
    'module.exports = [require("./a"), require(`./b`), require("pkg/" + name), require(name)]',
    undefined,
  ],
  ['const __dirname = process.cwd(); join(__dirname, "a")', undefined],
  ['join(/* @vite-ignore */ import.meta.dirname, "a")', undefined],
  ['globalThis["__dirname"] = dirname(fileURLToPath(import.meta.url))', undefined],
  ['if (process.argv[1] === fileURLToPath(import.meta.url)) main()', undefined],
  ['new URL("./a", import.meta.url)', undefined],
])('the place of the sources in `%s` is %s', (code, found) => {
  expect(findOwnPlace(parseAst(code), code)).toBe(found);
});

test.each([
  ['class A { @log run() {} }', 20, 'A decorator'],
  ['class A { accessor x = 1 }', 20, 'The keyword `accessor`'],
  ['/^(?i:a)b/', 20, 'A modifier in a regular expression'],
  ['/^(?i-s:a)b/', 22, 'A modifier in a regular expression'],
  ['/^(?i:a)b/', 24, undefined],
  ['/(?<a>x)|(?<a>y)/', 22, 'A group name that occurs twice in a regular expression'],
  ['/(?:a)(?<b>c)(?=d)(?!e)(?<=f)(?<!g)/', 20, undefined],
])('Node can not run `%s` on version %i: %s', (code, node, what) => {
  expect(findUnsupportedSyntax(parseAst(code), node)?.what).toBe(what);
});

test('a declaration with `using` is found', () => {
  expect(hasUsing(parseAst('{ using file = open(); }'))).toBe(true);
  expect(hasUsing(parseAst('async function f() { await using file = open(); }'))).toBe(true);
  expect(hasUsing(parseAst('const using = 1;'))).toBe(false);
});

const route = (code: string): string =>
  `export const route = 'GET /a';\nexport const handler: Handler<typeof route> = () => ({ a: 1 });\n${code}\n`;

test.each([
  ['GATI_SERVER_FILE', 'export const folder: string = import.meta.dirname;', '3:31'],
  ['GATI_SERVER_FILE', "export { default } from './a.ts?worker';", '3:26'],
  ['GATI_SYNTAX_UNSUPPORTED', 'export const pattern: RegExp = /^(?i:a)b/;', '3:32'],
])('a build stops with %s at %s', async (code, line, place) => {
  const app = makeApp({ 'src/handlers/a.ts': route(line) });
  await expect(build(app)).rejects.toThrow(`src/handlers/a.ts:${place} ${code}`);
});

test('a build stops at a linked package that requires files of its folder by a computed name', async () => {
  const app = makeApp({
    'src/handlers/a.ts': route("export { default } from '../../packages/locales/index.cjs';"),
    'packages/locales/index.cjs': "module.exports = require('./' + process.env.LOCALE + '.json');",
  });
  await expect(build(app)).rejects.toThrow('packages/locales/index.cjs:1:18 GATI_SERVER_FILE');
});
