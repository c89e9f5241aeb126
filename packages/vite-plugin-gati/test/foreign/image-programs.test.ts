import fs from 'node:fs';
import path from 'node:path';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { expect, test } from 'vitest';
import { describeMissingPrograms } from '../../src/foreign/image-programs.ts';
import { parseDeclaration } from '../../src/foreign/module-options.ts';

const root = temporaryFolder('image-programs');
const FILES = {
  'a.py': '#!/usr/bin/env python3\nprint(1)',
  'split.rb': '#! /usr/bin/env -S ruby -w\n',
  'a.sh': '#!/bin/sh\n',
  'a.mjs': '#!/usr/bin/env node\n',
  binary: '\u007fELF',
};
for (const [name, text] of Object.entries(FILES)) fs.writeFileSync(path.join(root, name), text);

const describeSource = (source: string): string[] =>
  describeMissingPrograms([parseDeclaration('scorer', source, 'vite.config.ts')], root);

test.each([
  ['exec:./a.py', 'python3'],
  ['exec:./split.rb', 'ruby'],
  ['exec:./a.sh', '/bin/sh'],
  ['exec:python3 ./a.py', 'python3'],
  ['mcp:exec:uvx server', 'uvx'],
])('the build says that the image has no program for %s', (source, program) => {
  expect(describeSource(source)).toEqual([
    expect.stringMatching(
      new RegExp(`no ${program}, which the module "scorer" needs: set image\\.base .*docker:`),
    ),
  ]);
});

test('the build says how a script for Node runs in an image without env', () => {
  expect(describeSource('exec:./a.mjs')).toEqual([
    expect.stringContaining(
      'no /usr/bin/env, which the module "scorer" needs: name the interpreter',
    ),
  ]);
});

test.each([
  'exec:node ./a.mjs',
  'exec:./binary',
  'exec:./none',
  'npm:@acme/fx',
  'mcp:https://a.example',
])('the image can run %s', (source) => {
  expect(describeSource(source)).toEqual([]);
});

test('the build does not warn if gati.deploy.yaml names another base', () => {
  const file = path.join(root, 'gati.deploy.yaml');
  fs.writeFileSync(file, 'image: { base: example.com/node-python:24 }\n');
  expect(describeSource('exec:./a.py')).toEqual([]);
  fs.writeFileSync(file, 'image: { repository: example.com/shop }\n');
  expect(describeSource('exec:./a.py')).toHaveLength(1);
  fs.rmSync(file);
});
