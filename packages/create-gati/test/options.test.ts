import { expect, test } from 'vitest';
import { parseOptions } from '../src/options.ts';

test('parses all flags', () => {
  expect(
    parseOptions(
      ['shop', '-t', 'vue', '--yes', '--no-install', '--force', '--json', '--pm', 'pnpm'],
      undefined,
    ),
  ).toEqual({
    name: 'shop',
    template: 'vue',
    yes: true,
    install: false,
    force: true,
    json: true,
    help: false,
    version: false,
    pm: 'pnpm',
  });
});

test.each([
  ['pnpm/10.1.0 npm/? node/v20', 'pnpm'],
  ['yarn/4.0.0', 'yarn'],
  ['npm/11.0.0 node/v20', 'npm'],
  ['bun/1.3', 'npm'],
  [undefined, 'npm'],
])('takes the package manager from the user agent: %s → %s', (userAgent, pm) =>
  expect(parseOptions([], userAgent).pm).toBe(pm),
);

test.each([[['--nonsense']], [['a', 'b']], [['--pm', 'cargo']], [['--template']]])(
  'throws GATI_CREATE_USAGE for the arguments %j',
  (args) =>
    expect(() => parseOptions(args, undefined)).toThrow(
      expect.objectContaining({ code: 'GATI_CREATE_USAGE', exitCode: 2 }),
    ),
);
