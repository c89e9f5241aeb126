import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { toPackageName, toTarget } from '../src/name.ts';

describe('toPackageName', () => {
  test.each([
    ['my-app', 'my-app'],
    ['My App', 'my-app'],
    ['Café 2', 'cafe-2'],
    ['@acme/shop', '@acme/shop'],
    ['.hidden', 'hidden'],
    ['__app', 'app'],
    ['a~b', 'a-b'],
  ])('turns "%s" into "%s"', (wish, name) => expect(toPackageName(wish)).toBe(name));

  test.each(['', '...', '日本', 'node_modules', 'favicon.ico', 'x'.repeat(215), '@/x'])(
    'returns undefined for %j',
    (wish) => expect(toPackageName(wish)).toBeUndefined(),
  );
});

describe('toTarget', () => {
  const cwd = path.resolve('/somewhere/here');

  test.each([
    ['my-app', 'my-app', 'my-app'],
    ['./apps/shop/', 'apps/shop', 'shop'],
    ['.', '.', 'here'],
    ['@acme/shop', 'shop', '@acme/shop'],
  ])('reads %s as the folder %s and the package name %s', (name, folder, packageName) =>
    expect(toTarget(name, cwd)).toEqual({ directory: path.resolve(cwd, folder), packageName }),
  );

  test.each(['', '  ', '日本'])('throws GATI_CREATE_NAME for %j', (name) =>
    expect(() => toTarget(name, cwd)).toThrow(
      expect.objectContaining({ code: 'GATI_CREATE_NAME', exitCode: 2 }),
    ),
  );
});
