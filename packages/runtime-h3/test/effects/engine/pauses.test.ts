import { afterEach, describe, expect, test } from 'vitest';
import { eventually } from '@gati/test-kit/wait';
import { createMemoryDriver } from '../../../src/effects/drivers/memory/driver.ts';
import { type Opened, openEngine } from '../helpers/engine-kit.ts';

let opened: Opened;
afterEach(() => opened.engine.drain(0));

describe('a paused effect', () => {
  test('runs no job until it is resumed, and other effects run on', async () => {
    const ran: string[] = [];
    const driver = createMemoryDriver();
    await driver.setPaused!('mail', { by: 'Ada', at: 1, reason: 'the server is down' });
    const effect = (name: string) => ({ run: () => void ran.push(name) });
    opened = openEngine({ mail: effect('mail'), other: effect('other') }, { driver });
    await opened.engine.enqueue('mail', {});
    await opened.engine.enqueue('other', {});
    await eventually(() => expect(ran).toEqual(['other']));
    expect(await driver.paused!()).toEqual([
      { effect: 'mail', by: 'Ada', at: 1, reason: 'the server is down' },
    ]);
    expect(await driver.stats()).toMatchObject({ waiting: 1 });
    await driver.setPaused!('mail', undefined);
    await eventually(() => expect(ran).toEqual(['other', 'mail']));
  });
});

describe('the concurrency that a person has set', () => {
  const run = async (concurrency: number | undefined, limit: number): Promise<number> => {
    let running = 0;
    let most = 0;
    let ended = 0;
    const mail = {
      ...(concurrency !== undefined && { concurrency }),
      async run() {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setImmediate(resolve));
        running--;
        ended++;
      },
    };
    opened = openEngine({ mail }, { limitOf: () => limit });
    for (let count = 0; count < 12; count++) await opened.engine.enqueue('mail', {});
    await eventually(() => expect(ended).toBe(12));
    return most;
  };

  test('replaces the declared one, and the default', async () => {
    expect(await run(5, 2)).toBeLessThanOrEqual(2);
    await opened.engine.drain(0);
    expect(await run(undefined, 2)).toBeLessThanOrEqual(2);
  });

  test('keeps the effects that declare `concurrency: 1` one at a time', async () => {
    expect(await run(1, 5)).toBe(1);
  });
});
