import { suggest } from '@gati/contract/internal';
import { describe, expect, test } from 'vitest';
import { type Command } from '../../src/cli/command.ts';
import { parseCommand, splitArguments } from '../../src/cli/command-line.ts';

const DEV: Command = {
  name: 'dev',
  description: '',
  args: {
    port: { type: 'string', alias: 'p', valueHint: 'port' },
    host: { type: 'string', valueHint: '[address]' },
    minify: { type: 'boolean', default: true, negativeDescription: 'readable' },
  },
  load: () => Promise.reject(new Error('not run')),
};
const RUN: Command = {
  name: 'run',
  description: '',
  args: { script: { type: 'positional', description: '' } },
  passesOn: true,
  load: () => Promise.reject(new Error('not run')),
};
const parse = (...args: string[]): ReturnType<typeof parseCommand> =>
  parseCommand(DEV, splitArguments(DEV, args).own);

describe('parseCommand', () => {
  test.each([
    [['--port', '80']],
    [['--port=80']],
    [['-p', '80']],
    [['-p=80']],
    [['-p', '79', '--port', '80']],
  ])('reads the value of an option from %j', (args) =>
    expect(parse(...args)).toMatchObject({ port: '80' }),
  );
  test.each([[['--host', '--json']], [['--json', '--host']]])(
    'an option with an optional value has an empty value in %j',
    (args) => expect(parse(...args)).toMatchObject({ host: '', json: true }),
  );
  test('sets a boolean with a negative form to its default, and to false with --no-', () => {
    expect(parse()).toMatchObject({ minify: true });
    expect(parse('--no-minify')).toMatchObject({ minify: false });
  });
  test.each([
    [['--prot', '80'], 'Did you mean `--port`?'],
    [['--port'], '`--port` needs a value'],
    [['--port', '--json'], '`--port` needs a value'],
    [['--json=1'], '`--json` takes no value'],
    [['stray'], '`gati dev` takes no `stray`'],
    [['--no-json'], 'unknown option `--no-json`'],
  ])('rejects %j', (args, message) => expect(() => parse(...args)).toThrow(message));
  test('rejects a command without its required positional', () =>
    expect(() => parseCommand(RUN, [])).toThrow('`gati run` needs a script'));
});

describe('splitArguments', () => {
  test.each([
    [['--json', 'a.ts', '--json', 'x'], { own: ['--json', 'a.ts'], rest: ['--json', 'x'] }],
    [['--root', 'app', 'a.ts', '-p=1'], { own: ['--root', 'app', 'a.ts'], rest: ['-p=1'] }],
    [['a.ts', '--', '-x'], { own: ['a.ts'], rest: ['-x'] }],
  ])('passes on what follows the script in %j', (args, line) =>
    expect(splitArguments(RUN, args)).toEqual(line),
  );
});

describe('suggest', () => {
  test.each([
    ['biuld', 'build'],
    ['gen', 'generate'],
    ['dve', 'dev'],
    ['xyz', undefined],
  ])('the suggestion for %s is %s', (word, near) =>
    expect(suggest(word, ['dev', 'build', 'generate', 'check', 'run'])).toBe(near),
  );
  test('dashes do not count as common letters', () => {
    expect(suggest('--nope', ['--mode', '--json'])).toBeUndefined();
    expect(suggest('--mdoe', ['--mode', '--json'])).toBe('--mode');
    expect(suggest('-x', ['-c'])).toBeUndefined();
  });
});
