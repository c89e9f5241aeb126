import { Agent, get } from 'node:http';
import { join } from 'node:path';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { beforeEach, expect, test } from 'vitest';
import type { ReleaseStore } from '../../../src/ports.ts';
import {
  activateRelease,
  openReleaseStore,
  retireRelease,
  rollbackRelease,
} from '../../../src/releases/index.ts';
import { putSealed } from '../../helpers/sealed.ts';
import { useServer } from '../helpers/harness.ts';

/** `ACTIVATION_MOVES=10 ACTIVATION_REQUESTS=10000` runs the test for longer. */
const MOVES = Number(process.env.ACTIVATION_MOVES ?? 3);
const REQUESTS = Number(process.env.ACTIVATION_REQUESTS ?? 1500);
const CONCURRENCY = 32;

const server = useServer();
let root: string;
let store: ReleaseStore;

beforeEach(async () => {
  root = temporaryFolder('activation');
  store = await openReleaseStore(join(root, 'store'));
});

const env = (): Record<string, string> => ({
  GATI_RELEASES: join(root, 'store'),
  GATI_CACHE: join(root, 'cache'),
  GATI_WORKERS: '2',
});

interface Answer {
  status: number;
  header: string;
  version: string;
}

/** One GET of `/which`; `undefined` is a connection error. */
const which = (url: string, version: string, agent: Agent): Promise<Answer | undefined> =>
  new Promise((resolve) => {
    get(`${url}/which`, { agent, headers: { 'x-api-version': version } }, (answer) => {
      let text = '';
      answer.on('data', (chunk: Buffer) => (text += String(chunk)));
      answer.on('end', () => {
        const { version = '' } = JSON.parse(text) as { version?: string };
        resolve({
          status: answer.statusCode!,
          header: String(answer.headers['x-api-version']),
          version,
        });
      });
      answer.on('error', () => resolve(undefined));
    }).on('error', () => resolve(undefined));
  });

/** Waits until all processes of the server report this version as current. */
const known = (version: string): Promise<void> =>
  expect
    .poll(async () => {
      const notes = await store.notes();
      return notes.length >= 2 && notes.every(({ current }) => current === version);
    })
    .toBe(true) as Promise<void>;

test(`none of ${REQUESTS} requests fails or gets a wrong version during ${MOVES} activations and rollbacks`, async () => {
  await putSealed(store, '2.0.0', { at: '2026-01-01T00:00:00Z' });
  await activateRelease(store, '2.0.0');
  for (let minor = 1; minor <= MOVES; minor++)
    await putSealed(store, `2.${minor}.0`, { at: `2026-01-0${1 + (minor % 8)}T00:00:00Z` });
  const { url, stop } = await server.start(env());
  await known('2.0.0');

  const agent = new Agent({ keepAlive: true, maxSockets: CONCURRENCY });
  /** Versions that all workers serve when a client requests exactly that version. */
  const exact = ['2.0.0'];
  /** Versions that may respond to a range: all that were ever activated. */
  const activated = new Set(['2.0.0']);
  const wrong: unknown[] = [];
  const seen = new Set<string>();
  let done = 0;
  const moves = { on: true };
  const client = async (index: number): Promise<void> => {
    for (let n = index; moves.on || done < REQUESTS; n++) {
      const asked = n % 3 === 0 ? '^2.0.0' : exact[n % exact.length]!;
      const answer = await which(url, asked, agent);
      done++;
      const isRight =
        answer?.status === 200 &&
        answer.version === answer.header &&
        (asked === '^2.0.0' ? activated.has(answer.version) : answer.version === asked);
      if (isRight) seen.add(answer.version);
      else wrong.push({ asked, answer });
    }
  };
  const clients = Array.from({ length: CONCURRENCY }, (_, index) => client(index));
  try {
    for (let minor = 1; minor <= MOVES; minor++) {
      const version = `2.${minor}.0`;
      activated.add(version);
      await activateRelease(store, version);
      await known(version);
      exact.push(version);
      await rollbackRelease(store);
      await known('2.0.0');
    }
  } finally {
    moves.on = false;
    await Promise.all(clients);
  }
  agent.destroy();
  expect(wrong.slice(0, 5)).toEqual([]);
  expect(done).toBeGreaterThanOrEqual(REQUESTS);
  expect([...seen].sort()).toEqual([...activated].sort());
  // After the rollback 2.1.0 responds to its exact version, but no longer to a range.
  expect((await which(url, '^2.0.0', new Agent()))?.version).toBe('2.0.0');
  expect((await which(url, '2.1.0', new Agent()))?.version).toBe('2.1.0');
  expect(await stop()).toBe(0);
  expect(await store.notes()).toEqual([]);
});

test('the supervisor rolls the workers when many ended releases are in memory', async () => {
  const { url, stdout } = await server.start({ ...env(), GATI_PROOF_TIMEOUT: '0' });
  for (let minor = 0; minor <= 11; minor++) {
    await putSealed(store, `2.${minor}.0`);
    await activateRelease(store, `2.${minor}.0`);
    await known(`2.${minor}.0`);
  }
  for (let minor = 0; minor < 11; minor++) await retireRelease(store, `2.${minor}.0`);
  await expect.poll(stdout).toContain('"rolled"');
  await known('2.11.0');
  expect((await which(url, '2.11.0', new Agent()))?.status).toBe(200);
  expect((await which(url, '2.1.0', new Agent()))?.status).toBe(410);
});
