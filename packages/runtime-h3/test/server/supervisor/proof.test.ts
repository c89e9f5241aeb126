import { until } from '@gati/test-kit/wait';
import { describe, expect, test } from 'vitest';
import { activateRelease } from '../../../src/releases/index.ts';
import type { SealedOptions } from '../../helpers/sealed.ts';
import { logOf, NEW, OLD, useRollOuts, withModule } from '../helpers/roll-outs.ts';

const { server, store, env, start, put, activate, isCurrent, show, sendTraffic } = useRollOuts();

/** Name, release, and the reason of its failure. */
type Case = [string, SealedOptions, RegExp];

describe('a release that fails its proof is quarantined while the old one loses no request', () => {
  const CASES: Case[] = [
    [
      'its setup rejects at once',
      withModule(`async () => { throw new Error('no such database'); }`),
      /The module "db" could not be set up: no such database/,
    ],
    [
      'its setup rejects after a second',
      withModule(
        `() => new Promise((_, reject) => setTimeout(() => reject(new Error('timeout of db')), 1000))`,
      ),
      /The module "db" could not be set up: timeout of db/,
    ],
    [
      'its setup ends the process',
      withModule('async () => process.exit(7)'),
      /Its process ended \(code 7\) during setup\(\) of src\/modules\/db\.ts/,
    ],
    [
      'a timer throws after its setup',
      withModule(`async () => { setTimeout(() => { throw new Error('late failure'); }, 500); }`),
      /Uncaught error: late failure/,
    ],
    [
      'a promise rejects after its setup',
      withModule(
        `async () => { setTimeout(() => void Promise.reject(new Error('lost promise')), 300); }`,
      ),
      /Uncaught error: lost promise/,
    ],
    [
      'a module is not healthy',
      withModule('async () => ({})', 'false'),
      /Modules can't serve: db \(not healthy\)/,
    ],
    [
      'its code can not be loaded',
      { code: `throw new TypeError('x is not a function');` },
      /x is not a function/,
    ],
    [
      'its heap grows too large',
      withModule(
        'async () => { const all = []; for (;;) all.push(new Array(10_000).fill(all.length)); }',
      ),
      /It needed more than 100 MB of memory during setup\(\) of src\/modules\/db\.ts/,
    ],
    [
      'its buffers grow too large',
      withModule(
        'async () => { const all = []; for (;;) { all.push(Buffer.alloc(2 ** 22, 1)); await new Promise((next) => setTimeout(next, 10)); } }',
      ),
      /It needed more than 100 MB of memory during setup\(\) of src\/modules\/db\.ts/,
    ],
  ];

  const LIMITS: Case[] = [
    [
      'its setup loops',
      withModule('async () => { for (;;); }'),
      /setup\(\) of src\/modules\/db\.ts took longer than 4000 ms/,
    ],
    [
      'its setup never ends',
      withModule('() => new Promise(() => setInterval(() => {}, 1000))'),
      /setup\(\) of src\/modules\/db\.ts took longer than 4000 ms/,
    ],
  ];

  /** Activates one release after the other. Each time the old one is current at the end. */
  const expectFailures = async (cases: Case[], limits: Record<string, string>): Promise<void> => {
    const running = await start(limits);
    const traffic = sendTraffic(running.url);
    for (const [index, [name, options, reason]] of cases.entries()) {
      const version = `2.1.${index}`;
      await put(version, options);
      const error = await activate(version);
      expect(error, name).toMatchObject({ code: 'GATI_RELEASE_QUARANTINED' });
      expect(error!.message, name).toMatch(reason);
      expect(await show(version), name).toMatch(reason);
      await isCurrent(OLD);
    }
    await traffic.stop();
    expect(traffic.failed).toEqual([]);
    expect(traffic.done()).toBeGreaterThan(100);
    const log = logOf(running);
    for (const [index, [name, , reason]] of cases.entries()) {
      const lines = log.filter(({ release }) => release === `2.1.${index}`);
      expect(lines, name).toMatchObject([
        { code: 'GATI_RELEASE_PROOF', reason: expect.stringMatching(reason) as string },
        { code: 'GATI_RELEASE_QUARANTINED', reason: expect.stringMatching(reason) as string },
      ]);
    }
    expect(log.map(({ msg }) => msg)).not.toContain('a worker crashed and is replaced');
    expect(await running.stop()).toBe(0);
  };

  test('a release fails its proof because of its code, its modules, an error outside of requests or its memory', async () => {
    await expectFailures(CASES, { GATI_PROOF_MEMORY: '100' });
  });

  test('a release fails its proof because a step loops or never ends', async () => {
    await expectFailures(LIMITS, { GATI_PROOF_TIMEOUT: '4000' });
  });

  test('a release fails its proof because a timer loops after the setup, and the reason names the place', async () => {
    const running = await start({ GATI_PROOF_TIMEOUT: '6000', GATI_PROOF_QUIET: '20000' });
    const traffic = sendTraffic(running.url);
    await put(NEW, withModule('async () => { setTimeout(() => { for (;;); }, 50); }'));
    expect((await activate(NEW))!.message).toMatch(
      /It was killed during the quiet time after the start, and code blocks the event loop at .*release\.mjs:\d+/,
    );
    await traffic.stop();
    expect(traffic.failed).toEqual([]);
    expect(await running.stop()).toBe(0);
  });
});

describe('the process of a proof', () => {
  const isAlive = (pid: number): boolean => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };

  test.each([
    ['loops', 'SIGTERM'],
    ['waits', 'SIGTERM'],
    ['loops', 'SIGKILL'],
    ['waits', 'SIGKILL'],
  ] as const)('ends with its server, when it %s and the server gets %s', async (does, signal) => {
    const running = await start({ GATI_LOG_LEVEL: 'info', GATI_PROOF_TIMEOUT: '8000' });
    const rest = does === 'loops' ? 'for (;;);' : 'await new Promise(() => {});';
    await put(NEW, withModule(`async () => { console.log('proof ' + process.pid); ${rest} }`));
    await activateRelease(store(), NEW);
    await running.seen('"msg":"proof ');
    const pid = Number(/"msg":"proof (\d+)"/.exec(running.stdout())![1]);
    await running.stop(signal);
    await until('the process has ended', () => !isAlive(pid));
  });

  test('prints a bounded number of lines of bounded length to the log', async () => {
    const running = await start({ GATI_LOG_LEVEL: 'info', GATI_PROOF_QUIET: '0' });
    await put(
      NEW,
      withModule(
        `async () => { console.log('x'.repeat(100_000)); for (let n = 0; n < 5000; n++) console.log('line ' + n); throw new Error('enough'); }`,
      ),
    );
    expect((await activate(NEW))!.message).toContain('enough');
    await running.seen('"the release failed"');
    const lines = logOf(running).filter(({ proof }) => proof === NEW);
    expect(lines).toHaveLength(1001);
    expect(lines[999]).toMatchObject({ isLimit: true });
    expect(lines[0]!.msg).toHaveLength(16_384);
    expect(await running.stop()).toBe(0);
  });
});

describe('a server that starts with a current release that fails', () => {
  test('ends with an error that names the release when its setup ends the process', async () => {
    await put(NEW, withModule('async () => process.exit(7)'));
    await activateRelease(store(), NEW);
    const { code, stderr } = await server.run(env());
    expect(code).toBe(1);
    expect(stderr).toContain(
      `A worker ended (code 7) before it was ready. It was to serve release ${NEW} of the store.`,
    );
  });

  test('a server whose current release fails at the start is not ready and takes nothing back', async () => {
    await put(NEW, withModule(`async () => { throw new Error('no such table'); }`));
    await activateRelease(store(), NEW);
    const { url, stdout, stop } = await server.start({ ...env(), GATI_DRAIN: '100' });
    expect((await fetch(`${url}/readyz`)).status).toBe(503);
    expect((await fetch(`${url}/which?api-version=*`)).status).toBe(503);
    expect(stdout()).toContain('no such table');
    const { head } = await store().head();
    expect(head).toMatchObject({ current: NEW, marks: { [NEW]: { status: 'live' } } });
    expect(await stop()).toBe(0);
  });

  test('does not start with a setting of proofs that can not be used', async () => {
    const { code, stderr } = await server.run({ ...env(), GATI_PROOF_QUIET: 'long' });
    expect([code, stderr]).toEqual([1, expect.stringContaining('GATI_PROOF_QUIET=long')]);
  });
});
