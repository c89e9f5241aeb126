import { expect, test } from 'vitest';
import { wantsColors } from '../src/colors.ts';

test.each<[{ isTTY?: boolean }, Record<string, string>, boolean]>([
  [{ isTTY: true }, {}, true],
  [{}, {}, false],
  [{ isTTY: true }, { NO_COLOR: '1', FORCE_COLOR: '1' }, false],
  [{ isTTY: true }, { NO_COLOR: '' }, true],
  [{ isTTY: true }, { TERM: 'dumb' }, false],
  [{}, { FORCE_COLOR: '1' }, true],
  [{ isTTY: true }, { FORCE_COLOR: '0' }, false],
])('wantsColors of a stream %j with the environment %j is %j', (stream, env, wanted) => {
  expect(wantsColors(stream, env)).toBe(wanted);
});
