import { Agent, get } from 'node:http';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { until } from '@gati/test-kit/wait';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createStyle } from '../../../src/command/style.ts';
import type { ReleaseStore, ServerNote } from '../../../src/ports.ts';
import {
  activateRelease,
  openReleaseStore,
  RELEASE_COMMANDS,
  rollbackRelease,
} from '../../../src/releases/index.ts';
import { putSealed, type SealedOptions } from '../../helpers/sealed.ts';
import { type RunningServer, useServer } from '../helpers/harness.ts';

/** Version that the server runs before each test. */
const OLD = '2.0.0';
const NEW = '2.1.0';

const server = useServer();
let store: ReleaseStore;
let root: string;
let traffic: Traffic | undefined;

const start = async (env: Record<string, string> = {}, current = OLD): Promise<RunningServer> => {
  const running = await server.start({
    GATI_RELEASES: join(root, 'store'),
    GATI_CACHE: join(root, 'cache'),
    GATI_WORKERS: '2',
    GATI_PROOF_QUIET: '700',
    GATI_LOG_LEVEL: 'warn',
    ...env,
  });
  await isCurrent(current);
  return running;
};

/** Waits until all workers report this version as current. */
const isCurrent = (version: string): Promise<true> => {
  let notes: ServerNote[] = [];
  return until(
    `${version} is current`,
    async () => {
      notes = await store.notes();
      return notes.length >= 2 && notes.every(({ current }) => current === version);
    },
    { within: 30_000, explain: () => JSON.stringify(notes) },
  );
};

interface Traffic {
  failed: unknown[];
  done(): number;
  stop(): Promise<void>;
}

/** Requests the old release all the time, on 8 connections. */
function sendTraffic(url: string): Traffic {
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  const failed: unknown[] = [];
  let count = 0;
  const run = { isOn: true };
  const one = (): Promise<void> =>
    new Promise((resolve) => {
      const headers = { 'x-api-version': OLD };
      const end = (failure?: unknown): void => {
        count++;
        if (failure !== undefined) failed.push(failure);
        resolve();
      };
      get(`${url}/which`, { agent, headers }, (response) => {
        response.resume();
        response.on('end', () =>
          end(response.statusCode === 200 ? undefined : response.statusCode),
        );
        response.on('error', (error) => end(error.message));
      }).on('error', (error) => end(error.message));
    });
  const client = async (): Promise<void> => {
    while (run.isOn) {
      await one();
      await sleep(5);
    }
  };
  const clients = Array.from({ length: 8 }, client);
  return {
    failed,
    done: () => count,
    async stop() {
      run.isOn = false;
      await Promise.all(clients);
      agent.destroy();
    },
  };
}

/** Runs `activate VERSION --wait`, and returns its error. */
const activate = async (
  version: string,
  flags: { force?: boolean } = {},
): Promise<{ code: string; message: string } | undefined> =>
  RELEASE_COMMANDS.activate
    .run({
      store,
      words: [version],
      flags: { wait: true, timeout: '60', ...flags },
      style: createStyle(false),
      progress: () => {},
    })
    .then(
      () => undefined,
      (error: { code: string; message: string }) => error,
    );

interface LogLine {
  msg: string;
  code?: string;
  reason?: string;
  release?: string;
  proof?: string;
}

const logOf = ({ stdout }: RunningServer): LogLine[] =>
  stdout()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as LogLine);

const show = async (version: string): Promise<string> => {
  const call = {
    store,
    words: ['show', version],
    flags: {},
    style: createStyle(false),
    progress: () => {},
  };
  return (await RELEASE_COMMANDS.releases.run(call)).lines.join('\n');
};

const module = (setup: string, health = 'true'): SealedOptions => ({
  modules: `{ db: () => ({ default: { setup: ${setup}, health: () => ${health} } }) }`,
});

beforeEach(async () => {
  root = temporaryFolder('roll-out');
  store = await openReleaseStore(join(root, 'store'));
  await putSealed(store, OLD, { at: '2026-01-01T00:00:00Z' });
  await activateRelease(store, OLD);
});
afterEach(async () => {
  await traffic?.stop();
  traffic = undefined;
});

describe('a release that fails its proof is quarantined while the old one loses no request', () => {
  const CASES: [string, SealedOptions, RegExp][] = [
    [
      'its setup rejects at once',
      module(`async () => { throw new Error('no such database'); }`),
      /The module "db" could not be set up: no such database/,
    ],
    [
      'its setup rejects after a second',
      module(
        `() => new Promise((_, reject) => setTimeout(() => reject(new Error('timeout of db')), 1000))`,
      ),
      /The module "db" could not be set up: timeout of db/,
    ],
    [
      'its setup ends the process',
      module('async () => process.exit(7)'),
      /Its process ended \(code 7\) during the setup of its modules/,
    ],
    [
      'its setup loops',
      module('async function spin() { for (;;); }'),
      /the setup of its modules took longer than 1500 ms, and code blocks the event loop at .*release\.mjs/,
    ],
    [
      'a timer loops after its setup',
      module('async () => { setTimeout(() => { for (;;); }, 100); }'),
      /killed during the quiet time after the start, and code blocks the event loop at .*release\.mjs/,
    ],
    [
      'its setup never ends',
      module('() => new Promise(() => setInterval(() => {}, 1000))'),
      /the setup of its modules took longer than 1500 ms/,
    ],
    [
      'a timer throws after its setup',
      module(`async () => { setTimeout(() => { throw new Error('late failure'); }, 500); }`),
      /Uncaught error: late failure/,
    ],
    [
      'a promise rejects after its setup',
      module(
        `async () => { setTimeout(() => void Promise.reject(new Error('lost promise')), 300); }`,
      ),
      /Uncaught error: lost promise/,
    ],
    [
      'a module is not healthy',
      module('async () => ({})', 'false'),
      /Modules can't serve: db \(not healthy\)/,
    ],
    [
      'its code can not be loaded',
      { code: `throw new TypeError('x is not a function');` },
      /x is not a function/,
    ],
    [
      'its heap grows too large',
      module(
        'async () => { const all = []; for (;;) all.push(new Array(10_000).fill(all.length)); }',
      ),
      /It needed more than 100 MB of memory during the setup of its modules/,
    ],
    [
      'its buffers grow too large',
      module(
        'async () => { const all = []; for (;;) { all.push(Buffer.alloc(2 ** 22, 1)); await new Promise((next) => setTimeout(next, 10)); } }',
      ),
      /It needed more than 100 MB of memory during the setup of its modules/,
    ],
  ];

  // One server for all cases: each ends with the old release as the current one.
  test(
    CASES.map(([name]) => name).join(', '),
    async () => {
      const running = await start({ GATI_PROOF_TIMEOUT: '1500', GATI_PROOF_MEMORY: '100' });
      traffic = sendTraffic(running.url);
      for (const [index, [name, options, reason]] of CASES.entries()) {
        const version = `2.1.${index}`;
        await putSealed(store, version, options);
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
      for (const [index, [name, , reason]] of CASES.entries()) {
        const lines = log.filter(({ release }) => release === `2.1.${index}`);
        expect(lines, name).toMatchObject([
          { code: 'GATI_RELEASE_PROOF', reason: expect.stringMatching(reason) as string },
          { code: 'GATI_RELEASE_QUARANTINED', reason: expect.stringMatching(reason) as string },
        ]);
      }
      expect(log.map(({ msg }) => msg)).not.toContain('a worker crashed and is replaced');
      expect(await running.stop()).toBe(0);
    },
    120_000,
  );
});

describe('a release that passes its proof', () => {
  test('comes to one worker after the other, without a lost request', async () => {
    const running = await start({ GATI_LOG_LEVEL: 'info', GATI_PROOF_QUIET: '100' });
    traffic = sendTraffic(running.url);
    await putSealed(store, NEW, {
      modules: `{ db: () => ({ default: { setup: async () => { console.log('set up in ' + process.pid); return {}; }, dispose: () => console.log('disposed in ' + process.pid) } }) }`,
    });
    expect(await activate(NEW)).toBeUndefined();
    await traffic.stop();
    expect(traffic.failed).toEqual([]);
    await running.seen('all workers have the release');
    const log = logOf(running).filter(({ msg }) => msg !== 'request');
    const steps = log
      .filter(({ release, proof }) => release === NEW || proof === NEW)
      .map(({ msg }) => msg.replace(/\d+$/, 'PID'));
    expect(steps).toEqual([
      'a release proves itself',
      'set up in PID',
      'a release has passed its proof',
      // The process of the proof ends while the first worker takes the release.
      expect.stringMatching(/^(disposed in PID|a release is current)$/),
      expect.stringMatching(/^(disposed in PID|a release is current)$/),
      'a release is current',
      'all workers have the release',
    ]);
    expect(log.find(({ msg }) => msg.startsWith('disposed in'))).toMatchObject({ proof: NEW });
    expect(await running.stop()).toBe(0);
  }, 60_000);

  test('is taken back when a worker dies after it took the release, and stops at that worker', async () => {
    const running = await start({ GATI_PROOF_QUIET: '300' });
    traffic = sendTraffic(running.url);
    // The first process is that of the proof.
    const seen = join(root, 'seen');
    await putSealed(store, NEW, {
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
  }, 60_000);

  test.each([
    {
      what: 'an error that nothing catches',
      crash: `() => new Promise(() => setTimeout(() => { throw new Error('a bad request'); }))`,
      reason: 'uncaught error: a bad request',
      // The worker finishes its other requests.
      lost: [],
    },
    {
      what: 'the end of its process',
      crash: '() => process.exit(9)',
      reason: 'code 9',
      // All connections of that worker break.
      lost: ['read ECONNRESET', 'socket hang up'],
    },
  ])(
    'is taken back when requests crash workers by $what',
    async ({ crash, reason, lost }) => {
      const running = await start({ GATI_PROOF_QUIET: '0', GATI_DRAIN: '500' });
      traffic = sendTraffic(running.url);
      await putSealed(store, NEW, { handlers: { '/crash': crash } });
      expect(await activate(NEW)).toBeUndefined();
      const send = (): Promise<number | undefined> =>
        fetch(`${running.url}/crash`, { headers: { 'x-api-version': NEW } }).then(
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
    60_000,
  );
});

describe('a server that starts with a current release that fails', () => {
  const env = (): Record<string, string> => ({
    GATI_RELEASES: join(root, 'store'),
    GATI_CACHE: join(root, 'cache'),
  });

  test('ends with an error that names the release when its setup ends the process', async () => {
    await putSealed(store, NEW, module('async () => process.exit(7)'));
    await activateRelease(store, NEW);
    const { code, stderr } = await server.run(env());
    expect(code).toBe(1);
    expect(stderr).toContain(
      `A worker ended (code 7) before it was ready. It was to serve release ${NEW} of the store.`,
    );
  });

  test('is not ready, serves no other release, and takes nothing back', async () => {
    await putSealed(store, NEW, module(`async () => { throw new Error('no such table'); }`));
    await activateRelease(store, NEW);
    const { url, stdout, stop } = await server.start(env());
    expect((await fetch(`${url}/readyz`)).status).toBe(503);
    expect((await fetch(`${url}/which?api-version=*`)).status).toBe(503);
    expect(stdout()).toContain('no such table');
    const { head } = await store.head();
    expect(head).toMatchObject({ current: NEW, marks: { [NEW]: { status: 'live' } } });
    expect(await stop()).toBe(0);
  });

  test('does not start with a setting of proofs that can not be used', async () => {
    const { code, stderr } = await server.run({ ...env(), GATI_PROOF_QUIET: 'long' });
    expect([code, stderr]).toEqual([1, expect.stringContaining('GATI_PROOF_QUIET=long')]);
  });
});

describe('with several servers on one store', () => {
  /** A module whose setup fails where the variable is set. */
  const fails = (name: string): SealedOptions =>
    module(`async () => { if (process.env.${name}) throw new Error('no database here'); }`);
  const current = async (): Promise<string | undefined> => (await store.head()).head.current;

  test('a release that fails on one of them runs on the other one, and fails everywhere before it is taken back', async () => {
    const good = await start({ GATI_PROOF_QUIET: '0', BAD_LATER: '1' });
    const bad = await start({ GATI_PROOF_QUIET: '0', BAD: '1', BAD_LATER: '1' });
    await putSealed(store, NEW, fails('BAD'));
    const error = await activate(NEW);
    expect(error).toMatchObject({ code: 'GATI_ACTIVATE_WAIT' });
    expect(error!.message).toMatch(/could not start it: .*no database here/);
    expect(error!.message).not.toContain('still runs');
    expect(await current()).toBe(NEW);
    const versionOf = async ({ url }: RunningServer): Promise<unknown> =>
      ((await (await fetch(`${url}/which?api-version=*`)).json()) as { version: string }).version;
    expect([await versionOf(good), await versionOf(bad)]).toEqual([NEW, OLD]);
    expect(logOf(bad).map(({ code }) => code)).toContain('GATI_RELEASE_PROOF');

    await putSealed(store, '2.2.0', fails('BAD_LATER'));
    expect(await activate('2.2.0')).toMatchObject({ code: 'GATI_RELEASE_QUARANTINED' });
    expect(await current()).toBe(NEW);
    await until('both serve what they served before', async () => {
      return (await versionOf(good)) === NEW && (await versionOf(bad)) === OLD;
    });
    expect([await good.stop(), await bad.stop()]).toEqual([0, 0]);
  }, 90_000);

  test('a forced activation tries the release again, and a rollback needs no quiet time', async () => {
    const running = await start({ GATI_PROOF_QUIET: '100' });
    const cause = join(root, 'cause');
    await writeFile(cause, '');
    const setup = `async () => { if ((await import('node:fs')).existsSync(${JSON.stringify(cause)})) throw new Error('out of order'); }`;
    await putSealed(store, NEW, module(setup));
    expect(await activate(NEW)).toMatchObject({ code: 'GATI_RELEASE_QUARANTINED' });
    await rm(cause);
    expect(await activate(NEW, { force: true })).toBeUndefined();
    await isCurrent(NEW);
    expect(await running.stop()).toBe(0);

    // This server has not run the old release, so that it has to prove itself.
    const next = await start({ GATI_PROOF_QUIET: '120000' }, NEW);
    await rollbackRelease(store);
    await isCurrent(OLD);
    expect(await next.stop()).toBe(0);
  }, 60_000);
});
