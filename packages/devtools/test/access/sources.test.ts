import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { ENDPOINTS } from '../../src/server/endpoints/all.ts';
import { PLAYGROUND_RULES, RULES } from '../../src/server/endpoint-rules.ts';

const root = path.resolve(import.meta.dirname, '../../src');
const sources = fs
  .readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.(?:ts|vue)$/.test(file))
  .map((file) => ({ file, code: fs.readFileSync(path.join(root, file), 'utf8') }));

describe('no source of the panel', () => {
  test.each([
    ['CVE-2025-54782: runs text as code', /node:vm|\beval\(|new Function\(/],
    ['GHSA-2m7h-86qq-fp4v: makes a secret of guessable numbers', /Math\.random/],
    ['GHSA-2w8w-qhg4-f78j: sets HTML', /v-html|innerHTML|insertAdjacentHTML|document\.write/],
  ])('%s', (_title, pattern) => {
    expect(sources.filter(({ code }) => pattern.test(code)).map(({ file }) => file)).toEqual([]);
  });
});

test('CVE-2026-71319: every endpoint has a rule, and no rule is left over', () => {
  const paths = [
    ...ENDPOINTS.map((endpoint) => endpoint.path),
    ...Object.keys(PLAYGROUND_RULES),
    'logs/tail',
  ];
  expect(Object.keys(RULES).toSorted()).toEqual(paths.toSorted());
  expect(Object.values(RULES).every(({ role }) => role !== 'public')).toBe(true);
});
