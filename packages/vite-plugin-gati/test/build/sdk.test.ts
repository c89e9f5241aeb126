import fs from 'node:fs';
import { createRequire, SourceMap } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { build as esbuild } from 'esbuild';
import { parseTar } from 'nanotar';
import { publint } from 'publint';
import { beforeAll, describe, expect, test } from 'vitest';
import { putRelease, openReleaseStore } from '@gati/runtime-h3/releases';
import { toPackageName, toPageNames, toTarballName } from '../../src/emit/sdk/sdk-names.ts';
import { build, type Built, type Files, makeApp, write } from '../helpers/build.ts';

const CAPTURE = `
export const route = 'POST /payments/:id/capture';
/** Takes the money. */
export const handler: Handler<typeof route> = (req, res) => {
  if (req.body.amount > 100) {
    res.status = 409;
    return res.json({ error: 'ReservationFailed' });
  }
  return res.json({ id: req.params.id, method: 'card' as Method });
};
type Method = 'card' | 'cash';
export interface Body { /** In cents. */ amount: number; at?: Date }
`;
const CHAT = `
export const route = 'WS /chat/:room';
export type Receive = { text: string };
export type Send = { text: string };
export const socket: Socket<typeof route> = { message: (peer, message) => void peer.send(message) };
`;
const FIELDS = {
  name: '@Acme/Shop',
  version: '1.2.3',
  private: true,
  type: 'module',
  license: 'Apache-2.0',
  author: 'Ada',
  repository: { type: 'git', url: 'git+https://example.com/acme/shop.git' },
  scripts: { dev: 'vite' },
  dependencies: { left: '1.0.0' },
};
const FILES: Files = {
  'package.json': JSON.stringify(FIELDS),
  LICENSE: 'Apache License\n',
  'src/handlers/payments/capture.ts': CAPTURE,
  'src/handlers/chat.ts': CHAT,
};
const NAME = 'sdk/acme-shop-1.2.3.tgz';

const unpack = (bytes: Buffer): Files => {
  const tar = gunzipSync(bytes);
  return Object.fromEntries(
    parseTar(new Uint8Array(tar).buffer).map(({ name, text }) => [
      name.replace(/^package\//, ''),
      text,
    ]),
  );
};

describe('the SDK of a build', () => {
  let app: string;
  let built: Built;
  let bytes: Buffer;
  let files: Files;
  beforeAll(async () => {
    app = makeApp(FILES, 'shop');
    built = await build(app);
    bytes = fs.readFileSync(path.join(app, NAME));
    files = unpack(bytes);
  });

  test('the SDK is a publishable package that names its release', () => {
    expect(built.log.join('\n')).toMatch(/SDK +[\d.]+ kB +sdk\/acme-shop-1\.2\.3\.tgz/);
    const manifest = JSON.parse(files['package.json']!) as Record<string, unknown>;
    expect(manifest).toMatchObject({
      name: '@acme/shop',
      version: '1.2.3',
      license: 'Apache-2.0',
      author: 'Ada',
      repository: FIELDS.repository,
      sideEffects: false,
    });
    for (const own of ['private', 'scripts', 'dependencies', 'devDependencies'])
      expect(manifest).not.toHaveProperty(own);
    expect(Object.keys(files)).toEqual(
      expect.arrayContaining([
        'CHANGELOG.md',
        'LICENSE',
        'README.md',
        'dist/index.cjs',
        'dist/index.d.cts',
        'dist/index.d.cts.map',
        'dist/index.d.mts',
        'dist/index.d.mts.map',
        'dist/index.mjs',
        'docs/chat.md',
        'docs/payments.capture.md',
        'openapi.json',
        'src/client/index.ts',
        'src/index.ts',
      ]),
    );
    expect(JSON.parse(files['openapi.json']!)).toEqual(
      JSON.parse(fs.readFileSync(path.join(built.outDir, 'openapi.json'), 'utf8')),
    );
    for (const name of ['dist/index.mjs', 'dist/index.cjs']) {
      expect(files[name]).toContain("version = '1.2.3'");
      expect(files[name]).toContain("sdk: '@acme/shop'");
      // Nothing of it comes from elsewhere.
      expect(
        [...files[name]!.matchAll(/(?:from |require\()'([^']+)'/g)].every(([, from]) =>
          from!.startsWith('./'),
        ),
      ).toBe(true);
    }
    for (const name of Object.keys(files))
      if (/\.d\.[mc]ts$/.test(name)) expect(files[name]).not.toContain('vite-plugin-gati');
  });

  test('publint and attw find no error in the SDK', async () => {
    const tarball = new Uint8Array(bytes);
    const { messages } = await publint({ pack: { tarball: tarball.buffer }, strict: true });
    expect(messages).toEqual([]);
    const checked = await checkPackage(createPackageFromTarballData(tarball));
    expect(checked.types && 'problems' in checked ? checked.problems : checked).toEqual([]);
  });

  test('the SDK runs as ES module and as CommonJS, and is tree-shaken', async () => {
    const folder = path.join(app, 'unpacked');
    write(
      folder,
      Object.fromEntries(
        Object.entries(files).filter(
          ([name]) => name.startsWith('dist/') || name === 'package.json',
        ),
      ),
    );
    const esm = (await import(pathToFileURL(path.join(folder, 'dist/index.mjs')).href)) as Record<
      string,
      unknown
    >;
    const cjs = createRequire(import.meta.url)(path.join(folder, 'dist/index.cjs')) as Record<
      string,
      unknown
    >;
    const names = [
      'CallError',
      'ClientError',
      'ConnectionError',
      'call',
      'client',
      'connect',
      'createCall',
      'createClient',
      'onCall',
      'version',
    ];
    expect(Object.keys(esm).sort()).toEqual(names);
    expect(Object.keys(cjs).sort()).toEqual(names);
    expect({ esm: esm['version'], cjs: cjs['version'] }).toEqual({ esm: '1.2.3', cjs: '1.2.3' });

    const bundle = async (used: string): Promise<string> => {
      const entry = { contents: `export { ${used} } from './dist/index.mjs'`, resolveDir: folder };
      const { outputFiles } = await esbuild({
        stdin: entry,
        bundle: true,
        format: 'esm',
        write: false,
      });
      return outputFiles[0]!.text;
    };
    expect((await bundle('version')).replace(/^\/\/.*$/gm, '').replace(/\s/g, '')).toBe(
      'varversion="1.2.3";export{version};',
    );
    expect(await bundle('client')).toContain('POST /payments/:id/capture');
    const call = await bundle('call');
    expect(call).not.toContain('POST /payments/:id/capture');
    expect(call).not.toContain('createConnect');
  });

  test('the SDK documents each route with an example call', () => {
    expect(files['docs/payments.capture.md']).toContain(
      "await client.payments.capture({ params: { id: 'id' }, body: { amount: 1 } });",
    );
    expect(files['docs/payments.capture.md']).toContain('Takes the money.');
    expect(files['docs/payments.capture.md']).toContain(
      '| 409 | Conflict | `application/json` | `error` |',
    );
    expect(files['docs/chat.md']).toContain(
      "const connection = client.chat({ params: { room: 'room' } });",
    );
    expect(files['README.md']).toContain(
      '[`POST /payments/:id/capture`](docs/payments.capture.md)',
    );
    expect(files['README.md']).toContain("import { createClient } from '@acme/shop';");
  });

  test.each([
    [
      'dist/index.d.mts',
      [
        'PaymentsCaptureRequest',
        'capture',
        'amount',
        'createClient',
        'client',
        'version',
        'Client',
      ],
    ],
    ['dist/index.d.cts', ['PaymentsCaptureResult', 'connect', 'createCall']],
    ['dist/runtime.d.mts', ['baseUrl', 'CallError', 'onCall', 'Connection']],
  ])('the source map of %s points to the declarations in the sources', (declarations, names) => {
    const map = new SourceMap(JSON.parse(files[`${declarations}.map`]!));
    const lines = files[declarations]!.split('\n');
    for (const name of names) {
      // Where it is declared.
      const declared = new RegExp(
        `^\\s*(?:export |declare |readonly |interface |type |const |function |class )*\\b(${name})\\b(?=[?:<(; =]| extends)`,
      );
      const line = lines.findIndex((text) => declared.test(text));
      expect(line, name).toBeGreaterThan(-1);
      const column = lines[line]!.search(new RegExp(`\\b${name}\\b`));
      const entry = map.findEntry(line, column);
      expect(entry, name).toMatchObject({ generatedLine: line, generatedColumn: column });
      const { originalSource, originalLine, originalColumn } = entry as Extract<
        typeof entry,
        { originalSource: string }
      >;
      const source = files[path.posix.join('dist', originalSource)];
      expect(source, `${name}: ${originalSource}`).toBeDefined();
      expect(source!.split('\n')[originalLine]!.slice(originalColumn)).toMatch(
        new RegExp(`^${name}\\b`),
      );
    }
  });

  test('the SDK has the same bytes for the same input, and is made again only after a change', async () => {
    const file = path.join(app, NAME);
    const other = path.join(app, 'sdk/acme-shop-1.0.0.tgz');
    fs.writeFileSync(other, 'an older one');
    const { mtimeMs } = fs.statSync(file);
    await build(app);
    expect(fs.statSync(file).mtimeMs).toBe(mtimeMs);

    fs.writeFileSync(file, 'something else');
    await build(app);
    expect(fs.readFileSync(file).equals(bytes)).toBe(true);

    fs.rmSync(path.join(app, '.gati/cache'), { recursive: true });
    fs.rmSync(file);
    await build(app);
    expect(fs.readFileSync(file).equals(bytes)).toBe(true);
    expect(fs.readFileSync(other, 'utf8')).toBe('an older one');
  });

  test('the SDK stays the same when its release is stored, and the next release gets another one', async () => {
    const store = await openReleaseStore(path.join(app, '.gati/releases'));
    await putRelease(store, built.outDir, { at: '2026-01-01T00:00:00Z' });
    await store.close();
    await build(app);
    expect(fs.readFileSync(path.join(app, NAME)).equals(bytes)).toBe(true);

    write(app, {
      'src/handlers/payments/capture.ts': CAPTURE.replace(
        'amount: number',
        'cents: number',
      ).replace('body.amount', 'body.cents'),
    });
    const { manifest } = await build(app);
    expect(manifest.release.version).toBe('2.0.0');
    const next = unpack(fs.readFileSync(path.join(app, 'sdk/acme-shop-2.0.0.tgz')));
    expect(next['dist/index.mjs']).toContain("version = '2.0.0'");
    expect(next['CHANGELOG.md']!.match(/^## .*$/gm)).toEqual(['## 2.0.0', '## 1.2.3 (2026-01-01)']);
    expect(fs.readFileSync(path.join(app, NAME)).equals(bytes)).toBe(true);
  });

  test('a build removes the SDK of a proposed version that was never released', async () => {
    const kept = path.join(app, 'sdk/acme-shop-1.1.0.tgz');
    fs.writeFileSync(kept, 'of somebody');
    const tarballs = (): string[] => fs.readdirSync(path.join(app, 'sdk')).sort();
    const propose = async (code: string): Promise<string> => {
      write(app, { 'src/handlers/payments/capture.ts': code });
      return (await build(app)).manifest.release.version;
    };
    const other = path.join(app, 'other-store');
    fs.cpSync(path.join(app, '.gati/releases'), other, { recursive: true });

    expect(await propose(CAPTURE.replace("'ReservationFailed'", "'Failed'"))).toBe('2.0.0');
    expect(await propose(CAPTURE.replace("'cash';", "'cash'; // as before"))).toBe('1.2.3');
    expect(tarballs()).toEqual([
      'acme-shop-1.0.0.tgz',
      'acme-shop-1.1.0.tgz',
      'acme-shop-1.2.3.tgz',
    ]);

    // Of another store nothing is known here.
    process.env.GATI_RELEASES = other;
    expect(await propose(CAPTURE.replace("'ReservationFailed'", "'Failed'"))).toBe('2.0.0');
    delete process.env.GATI_RELEASES;
    expect(await propose(CAPTURE.replace('at?: Date', 'at?: Date; note?: string'))).toBe('1.3.0');
    expect(tarballs()).toEqual([
      'acme-shop-1.0.0.tgz',
      'acme-shop-1.1.0.tgz',
      'acme-shop-1.2.3.tgz',
      'acme-shop-1.3.0.tgz',
      'acme-shop-2.0.0.tgz',
    ]);

    // Somebody changed it.
    fs.appendFileSync(path.join(app, 'sdk/acme-shop-1.3.0.tgz'), 'x');
    expect(await propose(CAPTURE)).toBe('1.2.3');
    expect(tarballs()).toContain('acme-shop-1.3.0.tgz');
  });
});

describe('the options of the SDK and of its document', () => {
  test('the SDK has the name of the option, and the document the facts of the app', async () => {
    const named = makeApp(
      {
        ...FILES,
        'package.json': JSON.stringify({ ...FIELDS, author: 'Ada <ada@acme.example>' }),
      },
      'named',
    );
    await build(
      named,
      {},
      {
        sdk: { name: '@acme/client' },
        openapi: { title: 'Acme shop', tags: { payments: 'Payments of customers.' } },
      },
    );
    const files = unpack(fs.readFileSync(path.join(named, 'sdk/acme-client-1.2.3.tgz')));
    expect(JSON.parse(files['package.json']!)).toMatchObject({ name: '@acme/client' });
    expect(files['README.md']).toContain("from '@acme/client'");
    const document = fs.readFileSync(path.join(named, 'dist/openapi.json'), 'utf8');
    expect(JSON.parse(document)).toMatchObject({
      info: {
        title: 'Acme shop',
        version: '1.2.3',
        contact: { name: 'Ada', email: 'ada@acme.example' },
        license: { identifier: 'Apache-2.0' },
      },
      tags: [{ name: 'payments', description: 'Payments of customers.' }, { name: 'root' }],
    });
    expect(files['openapi.json']).toBe(document);
  });
});

describe('the SDK of a released version', () => {
  test('no build replaces the SDK of a version that any store released', async () => {
    const other = makeApp({ 'src/handlers/payments/capture.ts': CAPTURE }, 'shop');
    const file = path.join(other, 'sdk/shop-1.2.3.tgz');
    const buildWith = async (code: string): Promise<string> => {
      write(other, { 'src/handlers/payments/capture.ts': code });
      return (await build(other)).log.join('\n');
    };
    const store = await openReleaseStore(path.join(other, 'released'));
    process.env.GATI_RELEASES = store.url;
    const { outDir } = await build(other);
    await putRelease(store, outDir, { at: '2026-01-01T00:00:00Z' });
    const released = fs.readFileSync(file);

    // The build does not replace a released package because of a changed text, since clients
    // already have it.
    write(other, { LICENSE: 'Another one.' });
    expect(await buildWith(CAPTURE)).not.toContain('stays that of');
    expect(fs.readFileSync(file).equals(released)).toBe(true);

    // The store for development is empty, so the same version is proposed for other code.
    delete process.env.GATI_RELEASES;
    const log = await buildWith(CAPTURE.replace("'ReservationFailed'", "'Failed'"));
    expect(log).toContain('sdk/shop-1.2.3.tgz is still the SDK of release 1.2.3 in another store');
    expect(fs.readFileSync(file).equals(released)).toBe(true);
    await store.close();
  });
});

describe('names', () => {
  test.each([
    ['payments', 'payments', 'payments-1.0.0.tgz'],
    ['@acme/payments', '@acme/payments', 'acme-payments-1.0.0.tgz'],
    ['My App', 'my-app', 'my-app-1.0.0.tgz'],
    ['.hidden_', 'hidden_', 'hidden_-1.0.0.tgz'],
    ['§', 'app', 'app-1.0.0.tgz'],
  ])('%s is the package %s in %s', (app, name, file) => {
    expect(toPackageName(app)).toBe(name);
    expect(toTarballName(name, '1.0.0')).toBe(file);
  });

  test('no two pages share a file, and each path fits a tar header', () => {
    const routes = [
      ['users', 'get'],
      ['users', 'Get'],
      ['a/b'],
      ['a b'],
      ['x'.repeat(200)],
      ['.'],
    ].map((name) => ({ name }));
    const names = [...toPageNames(routes as Parameters<typeof toPageNames>[0]).values()];
    expect(names).toEqual([
      'docs/users.get.md',
      'docs/users.Get-2.md',
      'docs/a-b.md',
      'docs/a-b-2.md',
      `docs/${'x'.repeat(70)}.md`,
      'docs/index.md',
    ]);
  });
});
