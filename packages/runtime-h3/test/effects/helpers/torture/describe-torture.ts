import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openQueue } from '../../../../src/effects/drivers/open.ts';
import { ALL_QUEUES } from '../../../../src/effects/drivers/all-queues.ts';
import type { QueueStats } from '../../../../src/ports.ts';
import { bundleForNode } from '../../../helpers/bundle-for-node.ts';
import { judge } from './judge.ts';
import type { Item, Kill, Line, TortureSetting } from './setting.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export interface TortureHarness {
  /** Returns `GATI_EFFECTS` of an empty queue. `folder` is removed afterwards. */
  url(folder: string): string | Promise<string>;
  /** Kill points beside those around each call of the driver. */
  points?: string[];
  /** Module that kills a process at those points. Every process preloads it. */
  preload?: string;
  /** The driver stores steps, also those of a killed process. */
  steps: boolean;
  /** The driver stores idempotency keys. */
  keys: boolean;
  /** `false`: the driver keeps no order. */
  ordered?: boolean;
  /** A retry is a new message. */
  resends?: boolean;
  /** Fraction of the jobs, for a slow server; 1 by default. */
  part?: number;
  /** Called from time to time while processes run, for example to restart the server. */
  disturb?(): Promise<void>;
}

const POINTS = ['enqueue', 'claim', 'ack', 'retry', 'save'].flatMap((name) => [
  `before-${name}`,
  `after-${name}`,
]);
const INSIDE = ['run', 'ran', 'step'];
const ONLY_PRODUCERS = /-enqueue$/;

/** `GATI_TORTURE=20` runs 20 times as many jobs. */
const SCALE = Number(process.env.GATI_TORTURE ?? 1) || 1;
const LEASE = 1500;
/** Milliseconds that the remaining jobs may take. Long, since the machine may be busy. */
const QUIET_LIMIT = 300_000;
const PRODUCERS = 2;
const WORKERS = 3;

/**
 * Declares a test that kills producers and workers at every kill point and at random times, until
 * all jobs have ended. Then it checks their ledgers.
 */
export function describeTorture(name: string, harness: TortureHarness): void {
  describe(`torture: ${name}`, () => {
    let folder = '';
    /** Folder below the packages that the code imports. */
    let code = '';
    const alive = new Set<ChildProcess>();
    beforeAll(async () => {
      folder = temporaryFolder('torture');
      await mkdir(here('../../../../../../node_modules/.cache/'), { recursive: true });
      code = await mkdtemp(here('../../../../../../node_modules/.cache/gati-torture-'));
      await bundleForNode(here('process.ts'), code, { packages: 'external' });
    });
    afterAll(async () => {
      for (const child of alive) child.kill('SIGKILL');
      await rm(code, { recursive: true, force: true });
    });

    test(
      'no acknowledged job is lost, no key makes two jobs, no job runs twice without cause, order is kept',
      async () => {
        const url = await harness.url(folder);
        const killed = new Set<number>();
        let instances = 0;
        let stderr = '';

        const start = (more: Partial<TortureSetting>): Promise<void> => {
          const instance = instances++;
          const setting: TortureSetting = {
            url,
            ledger: join(folder, `${instance}.jsonl`),
            instance,
            lease: LEASE,
            holdMost: 4,
            ...more,
          };
          const preload = harness.preload ? ['--import', harness.preload] : [];
          const child = spawn(process.execPath, [...preload, join(code, 'process.mjs')], {
            env: { ...process.env, TORTURE: JSON.stringify(setting) },
            stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
          });
          alive.add(child);
          child.stderr!.on('data', (text: Buffer) => (stderr += String(text)));
          return new Promise((resolve) => {
            child.once('exit', (code, signal) => {
              alive.delete(child);
              if (signal === 'SIGKILL') killed.add(instance);
              else if (code !== 0) stderr += `process ${instance} ended with ${code}\n`;
              resolve();
            });
          });
        };

        // Every kill point once, in random order, with kills at random times in between.
        const points = shuffle(
          [...POINTS, ...INSIDE, ...(harness.points ?? [])].flatMap((point) =>
            Array.from({ length: Math.ceil(SCALE) }, () => point),
          ),
        );
        const producing = points.filter(
          (point) => ONLY_PRODUCERS.test(point) || point.endsWith('-commit'),
        );
        const working = points.filter((point) => !ONLY_PRODUCERS.test(point));
        const phase = { producing: true };

        const producer = async (which: number): Promise<void> => {
          const produce = toItems(which);
          const ledger = join(folder, `producer-${which}.jsonl`);
          const isDone = async (): Promise<boolean> =>
            existsSync(ledger) &&
            (await readFile(ledger, 'utf8')).split('\n').length > produce.length;
          while (!(await isDone())) {
            const point = producing.pop();
            const kill: Kill | undefined = point
              ? { point, count: 1 + Math.floor(Math.random() * 40) }
              : undefined;
            await start({ ledger, produce, ...(kill && { kill }) });
          }
        };
        const worker = async (): Promise<void> => {
          while (phase.producing || working.length > 0) {
            const point = working.pop();
            await start({
              kill: point
                ? { point, count: 1 + Math.floor(Math.random() * 20), after: 4000 }
                : { after: 300 + Math.random() * 1500 },
            });
          }
        };
        const disturbing = (async () => {
          while (phase.producing && harness.disturb) {
            await new Promise((resolve) => {
              setTimeout(resolve, 2000);
            });
            if (phase.producing) await harness.disturb();
          }
        })();
        const workers = Array.from({ length: WORKERS }, worker);
        await Promise.all(Array.from({ length: PRODUCERS }, (_, which) => producer(which)));
        phase.producing = false;
        await Promise.all([...workers, disturbing]);

        // Workers that are not killed run the rest.
        const last = [start({}), start({})];
        const queue = await openQueue(url, ALL_QUEUES);
        const empty: QueueStats = { waiting: 0, delayed: 0, active: 0, dead: 0 };
        const counts = (await queue.stats()) !== undefined;
        // A queue that can't count is empty when the ledgers say so and no more jobs come.
        await expect
          .poll(() => (counts ? queue.stats() : isThrough(folder)), {
            timeout: QUIET_LIMIT,
            interval: counts ? 100 : 1000,
          })
          .toEqual(counts ? empty : true);
        if (!counts) await new Promise((resolve) => setTimeout(resolve, 2 * LEASE));
        await queue.close();
        for (const child of alive) child.kill('SIGTERM');
        await Promise.all(last);

        const lines = await readLedgers(folder);
        const { steps, ordered = true, resends = false } = harness;
        const wrong = judge(lines, { killed, lease: LEASE, steps, ordered, resends });
        if (wrong.length > 0) process.stderr.write(stderr.slice(-10_000));
        expect(wrong.slice(0, 20)).toEqual([]);
        const count = (did: Line['did']): number => lines.filter((line) => line.did === did).length;
        console.log(
          `torture ${name}: ${count('acked')} acknowledged, ${count('begin')} runs, ${killed.size} of ${instances} processes killed`,
        );
        expect(killed.size).toBeGreaterThan(points.length / 2);
        expect(count('acked')).toBe(PRODUCERS * toItems(0).length);
      },
      2 * QUIET_LIMIT * Math.max(1, SCALE),
    );

    function toItems(which: number): Item[] {
      let item = 0;
      const some = (
        effect: string,
        count: number,
        more: (n: number) => Partial<Item> = () => ({}),
      ): Item[] =>
        Array.from({ length: Math.ceil(count * SCALE * (harness.part ?? 1)) }, (_, n) => ({
          item: item++,
          effect,
          n: n * PRODUCERS + which,
          ...more(n),
        }));
      return [
        ...some('work', 700),
        ...some('flaky', 60),
        ...some('limited', 100),
        ...some('stepped', 100),
        // Both producers enqueue the same keys.
        ...(harness.keys ? some('work', 150, (n) => ({ n, key: `shared-${n}` })) : []),
        // Only one producer keeps an order. It enqueues an item again if it does not know whether
        // the item is stored.
        ...some('ordered', which === 0 ? 100 : 0, (n) => ({
          n,
          ...(harness.keys && { key: `ordered-${n}` }),
        })),
        ...some('work', which === 0 ? 0 : 100),
      ];
    }
  });
}

async function readLedgers(folder: string): Promise<Line[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.jsonl'));
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  return texts
    .flatMap((text) => text.split('\n').filter(Boolean))
    .map((line) => JSON.parse(line) as Line);
}

async function isThrough(folder: string): Promise<boolean> {
  const lines = await readLedgers(folder);
  const ended = new Set(
    lines.filter(({ did }) => did === 'end').map((line) => (line as Line & { did: 'end' }).id),
  );
  return lines.every((line) => line.did !== 'acked' || ended.has(line.id));
}

function shuffle<Item>(items: Item[]): Item[] {
  return items
    .map((item) => ({ item, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
