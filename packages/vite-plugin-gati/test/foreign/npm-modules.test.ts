import fs from 'node:fs';
import path from 'node:path';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { expect, test } from 'vitest';
import { createAnalyzer } from '../../src/analyze/create-analyzer.ts';
import { readPackageTypes } from '../../src/analyze/read-package-types.ts';
import { emitGlobalTypes } from '../../src/emit/global-types.ts';
import { toBuiltDeclaration } from '../../src/foreign/built-declaration.ts';
import { parseDeclaration } from '../../src/foreign/module-options.ts';
import { describePackage, type ReadPackageTypes } from '../../src/foreign/npm-package.ts';

const noTypes: ReadPackageTypes = () => Promise.reject(new Error('the types are read'));

/** An app with an installed package. */
function install(facts: object, types = ''): string {
  const root = temporaryFolder('npm-module');
  const folder = path.join(root, 'node_modules/@acme/fx');
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(root, 'package.json'), '{"type":"module"}');
  const manifest = { name: '@acme/fx', type: 'module', types: './index.d.ts', ...facts };
  fs.writeFileSync(path.join(folder, 'package.json'), JSON.stringify(manifest));
  fs.writeFileSync(path.join(folder, 'index.d.ts'), types);
  return root;
}

test('the types of a package are the descriptor of its module', async () => {
  const root = install(
    { version: '2.1.0' },
    `export interface Money { amount: number; currency: 'EUR' | 'USD' }
     export declare function convert(input: { amount: number }): Promise<Money>;
     export declare function forget(key: string): void;
     export declare function today(): string;
     export declare const VERSION: number;`,
  );
  const open = () => createAnalyzer({ root, cacheDir: false });
  const descriptor = await describePackage(
    { name: 'fx', source: 'npm:@acme/fx@^2' },
    root,
    (name, module) => readPackageTypes(root, open, name, module),
  );
  expect(descriptor).toMatchObject({ name: '@acme/fx', version: '2.1.0' });
  expect(Object.keys(descriptor.methods)).toEqual(['convert', 'forget', 'today']);
  const { convert, forget, today } = descriptor.methods;
  expect(convert).toMatchObject({
    input: { properties: { amount: { type: 'number' } }, required: ['amount'] },
    output: { $ref: '#/$defs/Money', $defs: { Money: { required: ['amount', 'currency'] } } },
  });
  expect(forget).toEqual({ input: { type: 'string' } });
  expect(today).toEqual({ output: { type: 'string' } });
});

test('the descriptor in package.json replaces the types', async () => {
  const methods = { convert: { output: { type: 'number' } } };
  const root = install({ version: '2.1.0', gati: { descriptor: { name: 'fx', methods } } });
  const declaration = { name: 'fx', source: 'npm:@acme/fx' };
  expect(await describePackage(declaration, root, noTypes)).toEqual({
    name: 'fx',
    version: '2.1.0',
    protocol: 1,
    methods,
  });
});

test('a package that is not installed, or in another version, is an error with the command', async () => {
  const root = install({ version: '1.4.0' });
  const describe = (source: string): Promise<unknown> =>
    describePackage({ name: 'fx', source }, root, noTypes);
  await expect(describe('npm:@acme/fx@^2')).rejects.toThrow('has version 1.4.0');
  await expect(describe('npm:@acme/none@^2')).rejects.toThrow('npm install @acme/none@^2');
  await expect(describe('npm:@acme/fx@latest')).rejects.toThrow('latest is not a range');
});

test('a package in the process has its own types, and an isolated one those of its descriptor', () => {
  const module = parseDeclaration('fx', 'npm:@acme/fx@^2', 'vite.config.ts');
  const pinned = { version: '2.1.0', methods: [], $defs: {} };
  const scan = { routes: [], folders: [], modules: [], effects: [], versions: [], diagnostics: [] };
  expect(emitGlobalTypes({ ...scan, foreign: [{ ...module, ...pinned }] })).toContain(
    "fx: GatiTypes.Module<typeof import('@acme/fx')>;",
  );
  const isolated = { ...module, isolate: true as const, ...pinned };
  expect(emitGlobalTypes({ ...scan, foreign: [isolated] })).toContain('GatiForeign.fx.Module');
  expect(toBuiltDeclaration(isolated)).toMatchObject({ run: 'npm:./modules/npm-fx' });
  expect(() => parseDeclaration('a', 'npm:./x', 'a.yaml')).toThrow('name of a package');
  expect(() => parseDeclaration('a', 'npm:../x', 'a.yaml')).toThrow('GATI_MODULE_SOURCE');
});
