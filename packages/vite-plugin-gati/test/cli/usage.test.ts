import { describe, expect, test } from 'vitest';
import { suggest } from '../../src/cli/suggest.ts';
import { splitArgs } from '../../src/cli/usage.ts';

const DEF = {
  port: { type: 'string', alias: 'p', valueHint: 'port' },
  host: { type: 'string', valueHint: '[address]' },
  minify: { type: 'boolean', default: true, negativeDescription: 'readable' },
  json: { type: 'boolean' },
} as const;
const split = (...args: string[]): ReturnType<typeof splitArgs> =>
  splitArgs('dev', args, DEF, false);

describe('splitArgs', () => {
  test('reads values in both forms, by short name too', () => {
    expect(split('--port', '80', '-p=81', '-p', '82').own).toEqual([
      '--port=80',
      '--port=81',
      '--port=82',
    ]);
  });
  test('lets a value be left out where it may', () =>
    expect(split('--host', '--json').own).toEqual(['--host=', '--json']));
  test('knows the negative of a default', () =>
    expect(split('--no-minify').own).toEqual(['--no-minify']));
  test.each([
    [['--prot', '80'], 'Did you mean `--port`?'],
    [['--port'], 'needs a value'],
    [['--json=1'], 'takes no value'],
    [['stray'], 'takes no `stray`'],
    [['--no-json'], 'unknown option `--no-json`'],
  ])('refuses %j', (args, message) => expect(() => split(...args)).toThrow(message));
  test('passes on what belongs to a script', () => {
    const def = { script: { type: 'positional' }, json: { type: 'boolean' } } as const;
    expect(splitArgs('run', ['--json', 'a.ts', '--json', 'x'], def, true)).toEqual({
      own: ['--json', 'a.ts'],
      rest: ['--json', 'x'],
    });
    expect(splitArgs('run', ['a.ts', '--', '-x'], def, true)).toEqual({
      own: ['a.ts'],
      rest: ['-x'],
    });
  });
});

describe('suggest', () => {
  test.each([
    ['biuld', 'build'],
    ['gen', 'generate'],
    ['dve', 'dev'],
    ['xyz', undefined],
  ])('%s → %s', (word, near) =>
    expect(suggest(word, ['dev', 'build', 'generate', 'check', 'run'])).toBe(near),
  );
  test('counts no dashes', () => {
    expect(suggest('--nope', ['--mode', '--json'])).toBeUndefined();
    expect(suggest('--mdoe', ['--mode', '--json'])).toBe('--mode');
    expect(suggest('-x', ['-c'])).toBeUndefined();
  });
});
