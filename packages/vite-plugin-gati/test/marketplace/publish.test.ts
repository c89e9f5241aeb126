import fs from 'node:fs';
import path from 'node:path';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { beforeEach, expect, test } from 'vitest';
import { parse } from 'yaml';
import { checkPackage, WORKFLOW_FILE, writeWorkflow } from '../../src/marketplace/publish.ts';

let root = '';
beforeEach(() => {
  root = temporaryFolder('publish');
});

const MANIFEST = {
  name: '@acme/fx',
  version: '1.0.0',
  type: 'module',
  main: 'index.js',
  license: 'MIT',
  keywords: ['gati-module'],
  repository: 'github:acme/fx',
  gati: { descriptor: { name: 'fx', methods: { rate: {} } } },
};

function write(manifest: object, code: string): void {
  fs.writeFileSync(path.join(root, 'package.json'), JSON.stringify(manifest));
  fs.writeFileSync(path.join(root, 'index.js'), code);
}

test('a package that follows the rules passes, and gets a workflow that publishes it', async () => {
  write(MANIFEST, 'export const rate = () => 1;');
  expect([writeWorkflow(root), writeWorkflow(root)]).toEqual([true, false]);
  const checks = await checkPackage(root);
  expect(checks.filter(({ ok }) => !ok)).toEqual([]);
  expect(checks).toHaveLength(5);
  const text = fs.readFileSync(path.join(root, WORKFLOW_FILE), 'utf8');
  expect(parse(text)).toMatchObject({
    permissions: {},
    jobs: { publish: { permissions: { contents: 'read', 'id-token': 'write' } } },
  });
  // Each action is one commit.
  expect(text.match(/uses: .*/g)).toEqual([
    expect.stringMatching(/^uses: actions\/checkout@[\da-f]{40} # v/),
    expect.stringMatching(/^uses: actions\/setup-node@[\da-f]{40} # v/),
  ]);
});

test('a package names each rule that it breaks', async () => {
  const { keywords: _keywords, license: _license, ...rest } = MANIFEST;
  write(rest, 'export const other = () => 1;');
  expect(await checkPackage(root)).toEqual([
    expect.objectContaining({ ok: false, name: 'has the keyword `gati-module`' }),
    expect.objectContaining({ ok: false, name: 'names its repository and its licence' }),
    expect.objectContaining({ ok: false, name: 'is published by a workflow with a provenance' }),
    expect.objectContaining({ ok: true, name: 'may be installed' }),
    expect.objectContaining({ ok: false, detail: 'it lacks rate' }),
  ]);
  write({ ...MANIFEST, scripts: { install: 'make' } }, '');
  expect((await checkPackage(root)).at(-1)).toMatchObject({
    ok: false,
    detail: expect.stringContaining('runs a script when it is installed (install)'),
  });
});
