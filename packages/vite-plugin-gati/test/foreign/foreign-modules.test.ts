import fs from 'node:fs';
import path from 'node:path';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { afterEach, expect, test, vi } from 'vitest';
import { assembleContract, parseManifest, printManifest } from '@gati/contract';
import { emitForeignTypes } from '../../src/emit/foreign-types.ts';
import { filesOf, toBuiltDeclaration } from '../../src/foreign/built-declaration.ts';
import { createForeignModules } from '../../src/foreign/foreign-modules.ts';
import { readLock } from '../../src/foreign/lock.ts';
import { parseDeclaration } from '../../src/foreign/module-options.ts';
import { resolveOptions } from '../../src/options.ts';
import { toModuleParts } from '../../src/scan/module-parts.ts';
import type { Scan } from '../../src/scan/types.ts';

const EMPTY: Scan = {
  routes: [],
  folders: [],
  modules: [],
  effects: [],
  versions: [],
  diagnostics: [],
};
const DESCRIPTOR = {
  name: 'scorer',
  version: '1.2.0',
  protocol: 1 as const,
  methods: {
    score: {
      idempotent: true,
      input: {
        $ref: '#/$defs/Text',
        $defs: {
          Text: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
        },
      },
      output: { type: 'number' },
    },
    lines: { output: { type: 'string' }, stream: true },
  },
};
const noTypes = (): Promise<never> => Promise.reject(new Error('there are no packages'));
afterEach(() => vi.unstubAllEnvs());

test('a pinned module is a part of the scan, and a new one is an error until it is pinned', async () => {
  vi.stubEnv('CI', '');
  const root = temporaryFolder('foreign');
  const modules = createForeignModules(root, { scorer: 'exec:./modules/scorer' }, noTypes);
  expect(modules.extend(EMPTY).diagnostics).toMatchObject([{ code: 'GATI_MODULE_LOCK' }]);
  await modules.pin('scorer', DESCRIPTOR);
  const scan = modules.extend(EMPTY);
  expect(scan.diagnostics).toEqual([]);
  expect(scan.foreign).toMatchObject([
    { name: 'scorer', version: '1.2.0', methods: [{ name: 'lines' }, { name: 'score' }] },
  ]);
  expect(modules.extend(EMPTY)).toBe(scan);
  const again = createForeignModules(root, { scorer: 'exec:./modules/scorer' }, noTypes);
  expect(again.extend(EMPTY).foreign).toEqual(scan.foreign);
  const moved = createForeignModules(root, { scorer: 'exec:./modules/other' }, noTypes);
  expect(moved.missing.map(({ name }) => name)).toEqual(['scorer']);
});

test('a lock that was edited is rejected', async () => {
  vi.stubEnv('CI', '');
  const root = temporaryFolder('foreign');
  await createForeignModules(root, { scorer: 'exec:./x' }, noTypes).pin('scorer', DESCRIPTOR);
  const file = path.join(root, 'gati.modules.lock');
  fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace('"number"', '"string"'));
  expect(() => readLock(root)).toThrow('GATI_MODULE_LOCK');
});

test('a YAML file declares a module, and its mistakes are diagnostics', () => {
  const root = temporaryFolder('foreign');
  fs.mkdirSync(path.join(root, 'src/modules'), { recursive: true });
  const write = (name: string, text: string): void =>
    fs.writeFileSync(path.join(root, `src/modules/${name}.module.yaml`), text);
  write('scorer', 'source: exec:./modules/scorer\nenv: [MODEL]\nlimits: { timeout: 500 }\n');
  write('typo', 'source: exec:./x\nlimit: {}\n');
  write('none', 'env: [A]\n');
  const modules = createForeignModules(root, {}, noTypes);
  expect(modules.declared).toMatchObject([
    { name: 'scorer', env: ['MODEL'], limits: { timeout: 500 } },
  ]);
  const { diagnostics } = modules.extend(EMPTY);
  expect(diagnostics.map(({ code, file }) => [code, file])).toEqual([
    ['GATI_MODULE_SOURCE', 'src/modules/none.module.yaml'],
    ['GATI_MODULE_SOURCE', 'src/modules/typo.module.yaml'],
    ['GATI_MODULE_LOCK', 'src/modules/scorer.module.yaml'],
  ]);
  expect(diagnostics[1]?.message).toContain('Did you mean limits?');
});

test('gati() rejects an option and a source that it does not know', () => {
  const options = { module: {} } as object;
  expect(() => resolveOptions(options)).toThrow(/module is not an option[\s\S]*modules/);
  expect(() => resolveOptions({ modules: { a: 'exe:./a' } })).toThrow('GATI_MODULE_SOURCE');
  expect(() => resolveOptions({ modules: { 'a-b': 'exec:./a' } })).toThrow('identifier');
});

test.each([
  ['http://app:s3cret@rates.example'],
  ['https://s3cret@rates.example/v1'],
  ['mcp:https://app:s3cret@tools.example/mcp'],
  ['mcp: HTTPS://app:s3cret@tools.example/mcp'],
  [{ source: 'https://rates.example', openapi: 'https://app:s3cret@rates.example/o.json' }],
])('an address with a password declares no module, and no text repeats it: %#', (value) => {
  const declare = (): unknown => parseDeclaration('a', value, 'vite.config.ts');
  expect(declare).toThrow(expect.objectContaining({ code: 'GATI_MODULE_SOURCE' }));
  expect(declare).toThrow('a user name or a password');
  expect(declare).not.toThrow('s3cret');
});

test('a header of a module names the variable of its secret', () => {
  const declare = (headers: object) => (): unknown =>
    parseDeclaration('a', { source: 'https://a.example', headers }, 'vite.config.ts');
  expect(declare({ authorization: 'Bearer ${TOKEN}', 'x-plan': 'free' })()).toMatchObject({
    headers: { authorization: 'Bearer ${TOKEN}' },
  });
  expect(declare({ Authorization: 'Bearer abc' })).toThrow('contains its secret');
  expect(declare({ 'content-length': '1' })).toThrow("can't be set");
  expect(declare({ 'x-plan': 'a\nb' })).toThrow('is not a text for a header');
});

test('the manifest describes the pods of a container, and no other module has any', async () => {
  vi.stubEnv('CI', '');
  const source = `docker:ghcr.io/acme/scorer@sha256:${'a'.repeat(64)}`;
  const settings = { source, env: ['KEY'], scaling: { min: 2, max: 5 }, limits: { stop: 900 } };
  const options = { scorer: settings, other: 'exec:./x' };
  const modules = createForeignModules(temporaryFolder('foreign'), options, noTypes);
  for (const name of Object.keys(options)) await modules.pin(name, DESCRIPTOR);
  const { foreign = [] } = toModuleParts(modules.extend(EMPTY));
  expect(foreign.map(({ contract }) => contract.container)).toEqual([
    undefined,
    { scaling: { min: 2, max: 5 }, env: ['KEY'], memory: 268_435_456, stop: 900 },
  ]);
  const contract = assembleContract({ routes: [], foreign });
  const release = { id: 'rel_a', version: '1.0.0' };
  const text = printManifest({ format: 1, name: 'shop', release, contract });
  expect(parseManifest(text).contract.modules).toEqual(contract.modules);
  const declare = (more: object) => (): unknown =>
    parseDeclaration('a', { source, ...more }, 'vite.config.ts');
  expect(declare({ scaling: { mn: 2 } })).toThrow('Did you mean min?');
  expect(declare({ scaling: { min: 3, max: 2 } })).toThrow('scaling.max is less than scaling.min');
  expect(declare({ scaling: { cpu: 0 } })).toThrow('from 1 to');
  expect(declare({ source: 'exec:./x', scaling: {} })).toThrow('only a docker: module');
});

test('paths of a built module start from the output folder', () => {
  const declare = (source: string) => parseDeclaration('a', source, 'vite.config.ts');
  const built = (source: string): unknown => toBuiltDeclaration(declare(source)).run;
  expect(built('exec:./modules/scorer/main.py')).toBeUndefined();
  expect(built('exec:python3 ./tools/a.py ./b')).toBe(
    'exec:python3 ./modules/tools/a.py ./modules/b',
  );
  expect(filesOf(declare('exec:python3 ./tools/a.py'))).toEqual(['tools']);
  expect(filesOf(declare('exec:./modules/scorer'))).toEqual(['modules/scorer']);
  expect(filesOf(declare('exec:./scorer'))).toEqual(['scorer']);
});

test('the types of a module have one function for each method', async () => {
  vi.stubEnv('CI', '');
  const modules = createForeignModules(temporaryFolder('foreign'), { scorer: 'exec:./x' }, noTypes);
  await modules.pin('scorer', DESCRIPTOR);
  const types = emitForeignTypes(modules.extend(EMPTY).foreign ?? []);
  expect(types).toContain('score(input: Text, options?: Options): Promise<number>;');
  expect(types).toContain('lines(input?: undefined, options?: Options): AsyncIterable<string>;');
});
