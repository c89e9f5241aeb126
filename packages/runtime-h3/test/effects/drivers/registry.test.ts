import fs from 'node:fs';
import { expect, test } from 'vitest';
import { ALL_QUEUES } from '../../../src/effects/drivers/all-queues.ts';
import {
  bundledQueues,
  CLOUD_QUEUES,
  QUEUE_DRIVERS,
  sdkOf,
} from '../../../src/effects/drivers/registry.ts';
import tsdown from '../../../tsdown.config.ts';

const readJson = (path: string): unknown =>
  JSON.parse(fs.readFileSync(new URL(path, import.meta.url), 'utf8'));

const { exports, peerDependencies, devDependencies } = readJson('../../../package.json') as {
  exports: Record<string, { default: string }>;
  peerDependencies: Record<string, string>;
  devDependencies: Record<string, string>;
};
const drivers = Object.entries(QUEUE_DRIVERS);
const packaged = drivers.flatMap(([name, facts]) =>
  'entry' in facts ? [{ name, entry: facts.entry as string }] : [],
);
/** Entries below `effects/` that are not drivers. */
const OTHER_ENTRIES = ['effects/command', 'effects/inspect', 'effects/settings'];
const driversAmong = (entries: string[]): string[] =>
  entries.filter((entry) => entry.startsWith('effects/') && !OTHER_ENTRIES.includes(entry)).sort();
const expected = packaged.map(({ entry }) => entry).sort();

test('package.json exports the entry of every packaged queue driver and no other', () => {
  expect(driversAmong(Object.keys(exports).map((key) => key.slice(2)))).toEqual(expected);
  for (const { entry } of packaged)
    expect(exports[`./${entry}`]!.default).toBe(`./dist/${entry}.mjs`);
});

test('tsdown.config.ts builds the entry of every packaged queue driver from its driver.ts', () => {
  const entries = tsdown[0]!.entry as Record<string, string>;
  expect(driversAmong(Object.keys(entries))).toEqual(expected);
  for (const { name, entry } of packaged)
    expect(entries[entry]).toBe(`src/effects/drivers/${name}/driver.ts`);
});

test('budgets.json has a budget for the entry of every packaged queue driver', () => {
  const { entries } = readJson('../../../../../budgets.json') as { entries: object };
  const prefix = '@gati/runtime-h3/';
  expect(driversAmong(Object.keys(entries).map((name) => name.slice(prefix.length)))).toEqual(
    expected,
  );
});

test('every queue driver has a folder with a driver.ts', () => {
  for (const [name] of drivers)
    expect(
      fs.existsSync(new URL(`../../../src/effects/drivers/${name}/driver.ts`, import.meta.url)),
    ).toBe(true);
});

test('every cloud SDK is an optional peer dependency', () => {
  for (const name of CLOUD_QUEUES) {
    expect(peerDependencies[sdkOf(name)]).toBeDefined();
    expect(devDependencies[sdkOf(name)]).toBeDefined();
  }
});

test('development loads every packaged queue driver by each of its schemes', () => {
  expect(Object.keys(ALL_QUEUES)).toEqual(bundledQueues(CLOUD_QUEUES).map(([scheme]) => scheme));
});

test('a build bundles the drivers that need no cloud SDK, and the cloud queues that `effects` names', () => {
  const always = [
    ['postgres', 'effects/postgres'],
    ['postgresql', 'effects/postgres'],
    ['redis', 'effects/redis'],
    ['rediss', 'effects/redis'],
  ];
  expect(bundledQueues([])).toEqual(always);
  expect(bundledQueues(['pubsub'])).toEqual([...always, ['pubsub', 'effects/pubsub']]);
});
