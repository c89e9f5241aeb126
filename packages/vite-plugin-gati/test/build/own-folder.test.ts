import { stopProcesses } from '@gati/test-kit/processes';
import { call, startBuiltServer } from '@gati/test-kit/servers';
import { afterEach, expect, test } from 'vitest';
import { build, copyAway, type Files, makeApp } from '../helpers/build.ts';

afterEach(stopProcesses);

/** A package of the app in `src/node_modules`, which Node finds before that of the repository. */
const install = (name: string, json: object, files: Files): Files =>
  Object.fromEntries(
    Object.entries({
      'package.json': JSON.stringify({ name, version: '1.0.0', main: 'index.js', ...json }),
      ...files,
    }).map(([file, text]) => [`src/node_modules/${name}/${file}`, text]),
  );

const PACKAGES: Record<string, Files> = {
  'own-dirname': install(
    'own-dirname',
    {},
    {
      'index.js': "exports.read = require('./lib/read').read;\n",
      'lib/read.js':
        "const fs = require('fs');\nexports.read = () => fs.readFileSync(__dirname + '/../data/text.txt', 'utf8');\n",
      'data/text.txt': 'own-dirname',
    },
  ),
  'own-meta': install(
    'own-meta',
    { type: 'module' },
    {
      'index.js':
        "import fs from 'node:fs';\nimport path from 'node:path';\nexport const read = () => fs.readFileSync(path.join(import.meta.dirname, 'text.txt'), 'utf8');\n",
      'text.txt': 'own-meta',
    },
  ),
  'own-url': install(
    'own-url',
    { type: 'module' },
    {
      'index.js':
        "import fs from 'node:fs';\nexport const read = () => fs.readFileSync(new URL('./text.txt', import.meta.url), 'utf8');\n",
      'text.txt': 'own-url',
    },
  ),
  'own-computed': install(
    'own-computed',
    {},
    {
      'index.js':
        "const load = (name) => require('./locales/' + name + '.json');\nload('en');\nexports.read = () => load('de').text;\n",
      'locales/en.json': '{}',
      'locales/de.json': '{ "text": "own-computed" }',
    },
  ),
  'own-imports': install(
    'own-imports',
    { type: 'module', imports: { '#fonts/*': './fonts/*.cjs' } },
    {
      'index.js':
        "import { createRequire } from 'node:module';\nconst require$1 = createRequire(import.meta.url);\nexport const read = () => require$1('#fonts/one');\n",
      'fonts/one.cjs': "module.exports = 'own-imports';\n",
    },
  ),
  // Bundlers read `module`, Node reads `main`, and each imports another package.
  'own-main': {
    ...install(
      'own-main',
      { main: 'cjs.js', module: 'esm.js' },
      {
        'cjs.js':
          "const path = require('path');\nconst { value } = require('only-main');\nexports.read = () => value + path.basename(__dirname).slice(0, 0);\n",
        'esm.js': 'export const read = () => import.meta.dirname;\n',
      },
    ),
    ...install('only-main', {}, { 'index.js': "exports.value = 'own-main';\n" }),
  },
  'own-created': {
    ...install(
      'own-created',
      { type: 'module' },
      {
        'index.js':
          "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);\nexport const read = () => require('only-created').value;\n",
      },
    ),
    ...install('only-created', {}, { 'index.js': "exports.value = 'own-created';\n" }),
  },
  'own-peer': {
    ...install(
      'own-peer',
      { peerDependencies: { 'only-peer': '*' } },
      {
        'index.js':
          "const load = (name) => require(name);\nexports.read = () => load('only-peer').value;\n",
      },
    ),
    ...install('only-peer', {}, { 'index.js': "exports.value = 'own-peer';\n" }),
  },
  // Both import one package, whose state they share in development.
  'own-shared': {
    ...install(
      'own-shared',
      { dependencies: { 'only-shared': '*' } },
      {
        'index.js':
          "const { state } = require('only-shared');\nexports.read = () => state.value + __dirname.slice(0, 0);\n",
      },
    ),
    ...install(
      'with-shared',
      {},
      { 'index.js': "exports.write = (value) => (require('only-shared').state.value = value);\n" },
    ),
    ...install('only-shared', {}, { 'index.js': 'exports.state = {};\n' }),
  },
  // The app names the package in a text.
  'own-named': {
    ...install('own-named', {}, { 'index.js': 'exports.read = (name) => require(name).value;\n' }),
    ...install('only-named', {}, { 'index.js': "exports.value = 'own-named';\n" }),
  },
};

const SPECIAL: Files = {
  'own-shared': `import { read } from 'own-shared';
import { write } from 'with-shared';
export const route = 'GET /own-shared';
export const handler: Handler<typeof route> = (): { value: string } => {
  write('own-shared');
  return { value: read() };
};
`,
  'own-named': `import { read } from 'own-named';
export const route = 'GET /own-named';
export const handler: Handler<typeof route> = (): { value: string } => ({ value: read('only-named') });
`,
};

const handler = (name: string): string => `import { read } from '${name}';
export const route = 'GET /${name}';
export const handler: Handler<typeof route> = (): { value: string } => ({ value: read() });
`;

test('a build keeps packages that read their own folder', async () => {
  const names = Object.keys(PACKAGES);
  const app = makeApp({
    ...Object.assign({}, ...Object.values(PACKAGES)),
    'package.json': JSON.stringify({
      name: 'app',
      version: '1.2.3',
      type: 'module',
      dependencies: { 'only-peer': '*', 'only-named': '*' },
    }),
    'src/types.d.ts': names
      .map((name) => `declare module '${name}' { export const read: (name?: string) => string; }\n`)
      .concat("declare module 'with-shared' { export const write: (value: string) => void; }\n")
      .join(''),
    ...Object.fromEntries(
      names.map((name) => [`src/handlers/${name}.ts`, SPECIAL[name] ?? handler(name)]),
    ),
  });
  const { outDir, manifest } = await build(app);
  const server = await startBuiltServer(copyAway(outDir), { ...process.env, WORKERS: '1' });
  for (const name of names)
    expect([name, (await call(`${server.url}/${name}`)).body]).toEqual([name, { value: name }]);
  expect(manifest.native?.packages.map(({ name }) => name)).toEqual([
    'only-named',
    'only-shared',
    'own-computed',
    'own-created',
    'own-dirname',
    'own-imports',
    'own-main',
    'own-meta',
    'own-named',
    'own-peer',
    'own-shared',
  ]);
});

test.each([
  ['ssr.external', { ssr: { external: ['plain'] } }],
  [
    'environments.gati.resolve.external',
    { environments: { gati: { resolve: { external: ['plain'] } } } },
  ],
])('a build keeps the packages of %s, and no others', async (_, config) => {
  const plain = (name: string): Files =>
    install(name, {}, { 'index.js': `exports.read = () => '${name}';\n` });
  const app = makeApp({
    ...plain('plain'),
    ...plain('other'),
    'src/types.d.ts':
      "declare module 'plain' { export const read: () => string; }\ndeclare module 'other' { export const read: () => string; }\n",
    'src/handlers/plain.ts': handler('plain'),
    'src/handlers/other.ts': handler('other'),
  });
  const { outDir, manifest } = await build(app, config);
  const server = await startBuiltServer(copyAway(outDir), { ...process.env, WORKERS: '1' });
  for (const name of ['plain', 'other'])
    expect((await call(`${server.url}/${name}`)).body).toEqual({ value: name });
  expect(manifest.native?.packages).toEqual([{ name: 'plain', version: '1.0.0' }]);
});

test('a build bundles the packages of ssr.noExternal', async () => {
  const app = makeApp({
    ...install(
      'meant',
      {},
      { 'index.js': "exports.read = () => (__dirname === '' ? 'none' : 'meant');\n" },
    ),
    'src/types.d.ts': "declare module 'meant' { export const read: () => string; }\n",
    'src/handlers/meant.ts': handler('meant'),
  });
  const { manifest } = await build(app, { ssr: { noExternal: ['meant'] } });
  expect(manifest.native).toBeUndefined();
});
