import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { until } from '@gati/test-kit/wait';
import { describe, expect, test } from 'vitest';
import { activateRelease, rollbackRelease } from '../../../src/releases/index.ts';
import type { SealedOptions } from '../../helpers/sealed.ts';
import type { RunningServer } from '../helpers/harness.ts';
import { logOf, NEW, OLD, useRollOuts, withModule } from '../helpers/roll-outs.ts';

const { root, store, start, put, activate, isCurrent, show, sendTraffic } = useRollOuts();

describe('a release that passes its proof', () => {
  test('comes to one worker after the other, without a lost request', async () => {
    const running = await start({ GATI_LOG_LEVEL: 'info', GATI_PROOF_QUIET: '100' });
    const traffic = sendTraffic(running.url);
    await put(NEW, {
      modules: `{ db: () => ({ default: { setup: async () => { console.log('set up in ' + process.pid); return {}; }, dispose: () => console.log('disposed in ' + process.pid) } }) }`,
    });
    expect(await activate(NEW)).toBeUndefined();
    await traffic.stop();
    expect(traffic.failed).toEqual([]);
    await running.seen('all workers have the release');
    const steps = logOf(running)
      .filter(({ release, msg }) => release === NEW && msg !== 'request')
      .map(({ msg }) => msg);
    expect(steps).toEqual([
      'a release proves itself',
      'a release has passed its proof',
      'a release is current',
      'a release is current',
      'all workers have the release',
    ]);
    // The output of the proof takes another way, so it may be late.
    await until('the proof has ended', () =>
      logOf(running).some(({ msg, proof }) => proof === NEW && msg.startsWith('disposed in')),
    );
    const proof = logOf(running).filter((line) => line.proof === NEW);
    expect(proof.map(({ msg }) => msg.replace(/\d+$/, 'PID'))).toEqual([
      'set up in PID',
      'disposed in PID',
    ]);
    expect(await running.stop()).toBe(0);
  });

  test('takes a release back when a worker dies after it took it, and stops at that worker', async () => {
    // The next worker takes the release after this time, a second at most.
    const running = await start({ GATI_PROOF_QUIET: '1000' });
    const traffic = sendTraffic(running.url);
    // The first process is that of the proof.
    const seen = join(root(), 'seen');
    await put(NEW, {
      modules: `{ db: () => ({ default: { setup: async () => {
        const { appendFileSync, existsSync } = await import('node:fs');
        if (existsSync(${JSON.stringify(seen)})) setTimeout(() => { throw new Error('second start'); }, 10);
        appendFileSync(${JSON.stringify(seen)}, 'x');
      } } }) }`,
    });
    const error = await activate(NEW);
    expect(error).toMatchObject({ code: 'GATI_RELEASE_QUARANTINED' });
    expect(error!.message).toMatch(
      /Worker \d+ died after it took the release \(uncaught error: second start\)/,
    );
    await isCurrent(OLD);
    await traffic.stop();
    expect(traffic.failed).toEqual([]);
    expect((await readFile(seen, 'utf8')).length).toBe(2);
    expect(await running.stop()).toBe(0);
  });

  test.each([
    {
      what: 'an error that nothing catches',
      crash: `() => { setTimeout(() => { throw new Error('a bad request'); }); return {}; }`,
      reason: 'uncaught error: a bad request',
      // The worker finishes its other requests, however long they take.
      drain: '60000',
      lost: [],
    },
    {
      what: 'the end of its process',
      crash: '() => process.exit(9)',
      reason: 'code 9',
      drain: '500',
      // All connections of that worker break.
      lost: ['read ECONNRESET', 'write ECONNRESET', 'write EPIPE', 'socket hang up'],
    },
  ])(
    'is taken back when requests crash workers by $what',
    async ({ crash, reason, drain, lost }) => {
      const running = await start({ GATI_PROOF_QUIET: '0', GATI_DRAIN: drain });
      const traffic = sendTraffic(running.url);
      await put(NEW, { handlers: { '/crash': crash } });
      expect(await activate(NEW)).toBeUndefined();
      const send = (): Promise<number | undefined> =>
        fetch(`${running.url}/crash`, {
          headers: { 'x-api-version': NEW, connection: 'close' },
        }).then(
          ({ status }) => status,
          () => undefined,
        );
      await until('the crashing release gets no requests', async () => (await send()) === 406);
      await isCurrent(OLD);
      await traffic.stop();
      expect(traffic.failed.filter((failure) => !lost.includes(failure as string))).toEqual([]);
      expect(await show(NEW)).toContain(`died after it took the release (${reason})`);
      expect(await activate(NEW)).toMatchObject({ code: 'GATI_RELEASE_QUARANTINED' });
      expect(await running.stop()).toBe(0);
    },
  );
});

test('the build of the server is taken back too when workers die after its activation', async () => {
  /** Version of the app that the tests build. */
  const own = '1.2.3';
  const running = await start({ GATI_PROOF_QUIET: '0', GATI_DRAIN: '500' });
  await put(own);
  expect(await activate(own)).toBeUndefined();
  const send = async (): Promise<number> => {
    const headers = { 'x-api-version': own, connection: 'close' };
    return (await fetch(`${running.url}/throw`, { method: 'POST', headers })).status;
  };
  // No other release has the route.
  await until('the build gets no requests', async () => (await send()) === 404);
  await isCurrent(OLD);
  expect(await show(own)).toContain('(uncaught error: nobody catches this), as 1 other did before');
  expect(await running.stop()).toBe(0);
});

describe('a release that does not stay current', () => {
  const statusOf = async ({ url }: RunningServer, version: string): Promise<number> =>
    (await fetch(`${url}/which`, { headers: { 'x-api-version': version } })).status;
  const hasFailed = (running: RunningServer, version: string): Promise<true> =>
    until(`the log has the failure of ${version}`, () =>
      logOf(running).some(
        ({ code, release }) => code === 'GATI_RELEASE_PROOF' && release === version,
      ),
    );

  test('a superseded release gets requests for its version only after it has passed its proof', async () => {
    const running = await start({ GATI_PROOF_QUIET: '200' });
    const bad = withModule('async () => process.exit(7)');
    await put('2.1.0', bad);
    await put('2.2.0');
    await put('2.3.0');
    // The next one comes before the proof of the one before has ended.
    await activateRelease(store(), '2.1.0');
    await activateRelease(store(), '2.2.0');
    await activateRelease(store(), '2.3.0');
    const seen: number[] = [];
    await until('2.2.0 has passed', async () => {
      for (let n = 0; n < 6; n++) seen.push(await statusOf(running, '2.1.0'));
      return (await statusOf(running, '2.2.0')) === 200;
    });
    await isCurrent('2.3.0');
    await hasFailed(running, '2.1.0');
    for (let n = 0; n < 6; n++) seen.push(await statusOf(running, '2.1.0'));
    expect([...new Set(seen)]).toEqual([406]);

    // Rolled back during its proof, it still gets requests for its version.
    await put('2.4.0', bad);
    await activateRelease(store(), '2.4.0');
    await rollbackRelease(store());
    await hasFailed(running, '2.4.0');
    for (let n = 0; n < 6; n++) expect(await statusOf(running, '2.4.0')).toBe(406);
    expect((await store().head()).head.marks['2.4.0']).toEqual({ status: 'withdrawn' });
    expect(logOf(running).map(({ msg }) => msg)).not.toContain('a worker crashed and is replaced');
    expect(await running.stop()).toBe(0);
  });
});

describe('with several servers on one store', () => {
  /** A module whose setup fails where the variable is set. */
  const fails = (name: string): SealedOptions =>
    withModule(`async () => { if (process.env.${name}) throw new Error('no database here'); }`);
  const current = async (): Promise<string | undefined> => (await store().head()).head.current;

  test('a release that fails on one of them runs on the other one, and fails everywhere before it is taken back', async () => {
    const good = await start({ GATI_PROOF_QUIET: '0', BAD_LATER: '1' });
    const bad = await start({ GATI_PROOF_QUIET: '0', BAD: '1', BAD_LATER: '1' });
    await put(NEW, fails('BAD'));
    const error = await activate(NEW);
    expect(error).toMatchObject({ code: 'GATI_ACTIVATE_WAIT' });
    expect(error!.message).toMatch(/could not start it: .*no database here/);
    expect(error!.message).not.toContain('still runs');
    expect(await current()).toBe(NEW);
    const versionOf = async ({ url }: RunningServer): Promise<unknown> =>
      ((await (await fetch(`${url}/which?api-version=*`)).json()) as { version: string }).version;
    expect([await versionOf(good), await versionOf(bad)]).toEqual([NEW, OLD]);
    expect(logOf(bad).map(({ code }) => code)).toContain('GATI_RELEASE_PROOF');

    await put('2.2.0', fails('BAD_LATER'));
    expect(await activate('2.2.0')).toMatchObject({ code: 'GATI_RELEASE_QUARANTINED' });
    expect(await current()).toBe(NEW);
    await until('both serve what they served before', async () => {
      return (await versionOf(good)) === NEW && (await versionOf(bad)) === OLD;
    });
    expect([await good.stop(), await bad.stop()]).toEqual([0, 0]);
  });

  test('a forced activation tries the release again, and a rollback needs no quiet time', async () => {
    const running = await start({ GATI_PROOF_QUIET: '100' });
    const cause = join(root(), 'cause');
    await writeFile(cause, '');
    const setup = `async () => { if ((await import('node:fs')).existsSync(${JSON.stringify(cause)})) throw new Error('out of order'); }`;
    await put(NEW, withModule(setup));
    expect(await activate(NEW)).toMatchObject({ code: 'GATI_RELEASE_QUARANTINED' });
    await rm(cause);
    expect(await activate(NEW, { force: true })).toBeUndefined();
    await isCurrent(NEW);
    expect(await running.stop()).toBe(0);

    // This server has not run the old release, so that it has to prove itself.
    const next = await start({ GATI_PROOF_QUIET: '120000' }, NEW);
    await rollbackRelease(store());
    await isCurrent(OLD);
    expect(await next.stop()).toBe(0);
  });
});
