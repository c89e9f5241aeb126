import { expect, test } from 'vitest';
import { createTurns } from '../../src/collections/in-turn.ts';

test('runs one work at a time, also after work that failed', async () => {
  const inTurn = createTurns();
  const seen: string[] = [];
  const work = (name: string) => async (): Promise<string> => {
    seen.push(`${name} starts`);
    await Promise.resolve();
    seen.push(`${name} ends`);
    if (name === 'a') throw new Error('a failed');
    return name;
  };
  const results = await Promise.allSettled(['a', 'b'].map((name) => inTurn(work(name))));
  expect(results).toMatchObject([{ status: 'rejected' }, { status: 'fulfilled', value: 'b' }]);
  expect(seen).toEqual(['a starts', 'a ends', 'b starts', 'b ends']);
});
