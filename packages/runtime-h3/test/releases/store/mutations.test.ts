import fs from 'node:fs/promises';
import path from 'node:path';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  activateRelease,
  deprecateRelease,
  openReleaseStore,
  rollbackRelease,
  verifyStore,
} from '../../../src/releases/index.ts';
import { createGlobalContext } from '../../../src/global-context/create-global-context.ts';
import { openReleases } from '../../../src/server/worker/open-releases.ts';
import { createApp } from '../../../src/app/index.ts';
import { bundle, context } from '../../helpers/bundle.ts';
import { putSealed } from '../../helpers/sealed.ts';

/** `STORE_MUTATIONS=3000` runs the test for longer. */
const MUTATIONS = Number(process.env.STORE_MUTATIONS ?? 100);
const VERSIONS = ['0.1.0', '0.2.0', '0.3.0', '0.4.0'];

let made: string;
let files: string[];
let root: string;

beforeAll(async () => {
  made = path.join(temporaryFolder('mutations'), 'store');
  const store = await openReleaseStore(made);
  for (const [index, version] of VERSIONS.entries()) {
    await putSealed(store, version, { at: `2026-0${index + 1}-01T00:00:00Z` });
    await activateRelease(store, version);
  }
  await deprecateRelease(store, '0.2.0', { sunset: '2027-01-01T00:00:00Z' });
  // 0.4.0 is withdrawn, and 0.3.0 is current.
  await rollbackRelease(store);
  files = (await fs.readdir(made, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(made, path.join(entry.parentPath, entry.name)))
    // Only the last head counts; the earlier ones are kept for people.
    .filter((file) => !/^heads\/[1-5]\//.test(file))
    .sort();
  root = path.join(temporaryFolder('mutations'), 'store');
});

let seed = 20260101;
/** Returns a number below `end` (mulberry32). */
function random(end: number): number {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) % end;
}

type Mutation = (bytes: Buffer, other: Buffer) => Buffer | undefined;

const MUTATIONS_OF_BYTES: Mutation[] = [
  // One bit.
  (bytes) => {
    const copy = Buffer.from(bytes);
    copy[random(copy.length)]! ^= 1 << random(8);
    return copy;
  },
  // One character becomes another one that such documents contain.
  (bytes) => {
    const copy = Buffer.from(bytes);
    copy[random(copy.length)] = '0123456789abcdef".{}[],:'.charCodeAt(random(24));
    return copy;
  },
  (bytes) => bytes.subarray(0, random(bytes.length)),
  (bytes) => Buffer.concat([bytes, bytes.subarray(random(bytes.length))]),
  (_bytes, other) => other,
  () => undefined,
  // Another value for a member of a document, under the old digest.
  (bytes) => Buffer.from(bytes.toString().replace(/0\.[1-4]\.0/, `0.${1 + random(4)}.0`)),
  (bytes) => Buffer.from(bytes.toString().replace(/live|deprecated|withdrawn/, 'retired')),
];

/** Requests whose release is known, and the versions that may respond. */
const REQUESTS: [string, string][] = [
  ['*', '0.3.0'],
  ['0.1.0', '0.1.0'],
  ['0.2.0', '0.2.0'],
  ['0.4.0', '0.4.0'],
  ['~0.2', '0.2.0'],
  ['2026-02-15', '0.2.0'],
];

const own = {
  ...bundle({ 'GET /which': { handler: () => ({ version: 'own' }) } }, {}, '0.0.1'),
  id: 'rel_own',
};
const cache = path.join(temporaryFolder('mutations'), 'cache');
const { logger } = context(own, []);

/** Starts a server on the store and returns what it responds, by requested version. */
async function serve(): Promise<{ isReady: boolean; responses: Map<string, string | number> }> {
  const { source, ready, close } = await openReleases({
    own,
    rules: {
      servesClient: false,
      servesRoute: () => true,
      createContext: (release, date) =>
        createGlobalContext({
          release,
          deployedAt: new Date(date),
          mode: 'production',
          logger,
          env: {},
        }),
    },
    folder: undefined,
    store: root,
    cache,
    usage: () => ({ open: 0, idle: 0 }),
    onTooManyReleases: () => {},
    logger,
  });
  const app = createApp({
    releases: () => source.releases(),
    context: (release) => source.context(release),
    mode: 'production',
    logger,
  });
  const responses = new Map<string, string | number>();
  try {
    for (const [requested] of ready ? [] : REQUESTS) {
      const response = await app.fetch(
        new Request('http://localhost/which', { headers: { 'x-api-version': requested } }),
      );
      const { version } = (await response.json()) as { version?: string };
      responses.set(requested, version ?? response.status);
    }
    if (!ready) expect(source.currentVersion).toBe('0.3.0');
    return { isReady: ready === undefined, responses };
  } finally {
    await app.close();
    await close(0);
  }
}

afterAll(() => fs.rm(root, { recursive: true, force: true }));

test(`none of ${MUTATIONS} damaged stores makes a server respond with a wrong release, and verify reports each`, async () => {
  await fs.cp(made, root, { recursive: true });
  expect((await serve()).responses).toEqual(new Map(REQUESTS));
  expect((await verifyStore(await openReleaseStore(root))).damaged).toEqual([]);
  const seen = { ready: 0, unavailable: 0 };
  for (let run = 0; run < MUTATIONS; run++) {
    const file = files[random(files.length)]!;
    const bytes = await fs.readFile(path.join(made, file));
    const other = await fs.readFile(path.join(made, files[random(files.length)]!));
    const index = random(MUTATIONS_OF_BYTES.length);
    const mutated = MUTATIONS_OF_BYTES[index]!(bytes, other);
    if (mutated && mutated.equals(bytes)) continue;
    const what = `mutation ${index} of ${file} in run ${run}: ${mutated?.toString().slice(0, 2000)}`;
    if (mutated) await fs.writeFile(path.join(root, file), mutated);
    else await fs.rm(path.join(root, file));
    const { isReady, responses } = await serve();
    const { damaged } = await verifyStore(await openReleaseStore(root));
    // Without its name, the digest is the only thing that is lost.
    const isWithoutDigest = file.endsWith('.json') && !mutated?.includes('"digest":');
    if (!isWithoutDigest || !isReady) expect(damaged.length, what).toBeGreaterThan(0);
    if (isReady) seen.ready++;
    for (const [requested, right] of isReady ? REQUESTS : []) {
      const response = responses.get(requested);
      if (response === 503) seen.unavailable++;
      else expect(response, `${requested}, ${what}`).toBe(right);
    }
    await fs.cp(path.join(made, file), path.join(root, file));
  }
  // The damage is of every kind.
  expect(seen.ready).toBeGreaterThan(MUTATIONS / 4);
  expect(seen.ready).toBeLessThan(MUTATIONS);
  expect(seen.unavailable).toBeGreaterThan(MUTATIONS / 4);
});
