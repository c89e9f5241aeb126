import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { printInitialConfig } from '../../src/config/initial-config.ts';
import { parseConfig } from '../../src/config/read-config.ts';
import { printDeploySchema } from '../../src/config/schema.ts';

const diagnose = (text: string): unknown => {
  try {
    return parseConfig(text, 'production');
  } catch (error) {
    return (error as { diagnostic: object }).diagnostic;
  }
};

test('settings of the environment replace those at the top, name by name', () => {
  const text = `
image:
  repository: r.example.com/shop # where it goes
  platforms: [linux/amd64, linux/arm64]
environments:
  staging:
    image: { platforms: [linux/arm64] }
`;
  expect(parseConfig(text, 'staging').image).toEqual({
    repository: 'r.example.com/shop',
    platforms: ['linux/arm64'],
  });
  expect(parseConfig(text, 'production').image?.platforms).toHaveLength(2);
  expect(parseConfig(text, 'constructor').image?.platforms).toHaveLength(2);
});

test.each([
  [
    'an unknown key',
    'image:\n  repositroy: x\n',
    { line: 2, column: 3, fix: 'Did you mean `image.repository`?' },
  ],
  [
    'an unknown key of an environment',
    'environments:\n  a:\n    image:\n      bass: x\n',
    { line: 4, column: 7, fix: 'Did you mean `environments.a.image.base`?' },
  ],
  ['a wrong type', 'image:\n  platforms: linux/amd64\n', { line: 2, column: 14 }],
  [
    'a wrong item',
    'image:\n  platforms:\n    - linux/amd64\n    - windows\n',
    { line: 4, column: 7 },
  ],
  [
    'a canary whose share does not ascend',
    'rollout:\n  canary:\n    steps: [10, 10, 50]\n',
    { line: 3, column: 17, message: expect.stringContaining('10 follows 10') },
  ],
  [
    'a canary of an environment whose share falls',
    'environments:\n  a:\n    rollout: { canary: { steps: [1, 50, 10] } }\n',
    { line: 3, column: 41, message: expect.stringContaining('10 follows 50') },
  ],
  [
    'a canary of a region whose share falls',
    'environments:\n  a:\n    regions: { b: { rollout: { canary: { steps: [50, 10] } } } }\n',
    { line: 3, message: expect.stringContaining('10 follows 50') },
  ],
  ['a syntax error', 'image:\n  repository: [\n', { code: 'GATI_DEPLOY_CONFIG' }],
  ['another document', '- 1\n', { line: 1, column: 1 }],
  ['a variable without a valid name', 'env:\n  A=B: 1\n', { line: 2, column: 3 }],
  ['a key that no Secret can have', 'env:\n  A: { secret: s, key: ..a }\n', { line: 2 }],
  ['a namespace with a dot', 'kubernetes:\n  namespace: a.b\n', { line: 2, column: 14 }],
])('%s is an error with its place', (_, text, expected) => {
  expect(diagnose(text)).toMatchObject({
    code: 'GATI_DEPLOY_CONFIG',
    file: 'gati.deploy.yaml',
    ...expected,
  });
});

test('aliases that contain themselves or expand without a bound are errors of the file', () => {
  const bomb = ['a0: &a0 [x, x]'];
  for (let i = 1; i < 12; i++) bomb.push(`a${i}: &a${i} [*a${i - 1}, *a${i - 1}, *a${i - 1}]`);
  const merges = ['x: &x { a: 1 }', ...Array.from({ length: 200 }, (_, i) => `y${i}: { <<: *x }`)];
  for (const text of [bomb.join('\n'), merges.join('\n'), 'image: &a\n  repository: *a\n'])
    expect(diagnose(text)).toMatchObject({ code: 'GATI_DEPLOY_CONFIG', file: 'gati.deploy.yaml' });
});

test('the file that `gati-deploy init` writes is valid', () => {
  expect(parseConfig(printInitialConfig('r.example.com/shop'), 'production')).toEqual({
    image: { repository: 'r.example.com/shop' },
  });
});

test('schema.json is the schema that settings are checked with', () => {
  const file = path.join(import.meta.dirname, '../../schema.json');
  const published: unknown = JSON.parse(fs.readFileSync(file, 'utf8'));
  expect(published).toEqual(JSON.parse(printDeploySchema()));
});
