import { expect, test } from 'vitest';
import { createLazyDatabase } from '../../../src/data/database.ts';
import { ALL_QUEUES } from '../../../src/effects/drivers/all-queues.ts';
import { openQueue } from '../../../src/effects/drivers/open.ts';
import { QUEUE_DRIVERS } from '../../../src/effects/drivers/registry.ts';
import { openReleaseStore } from '../../../src/releases/index.ts';
import { formatStartupError } from '../../../src/server/startup-error.ts';
import { redact } from '../../../src/telemetry/log/redact.ts';

const SECRET = 'hunter2';
/** Parts after the scheme that no driver can use, so that each gives its error at once. */
const WRONG = [
  `//app:${SECRET}@host:port/x`,
  `//app:${SECRET}@[host/x`,
  `//app:${SECRET}%zz@host/%zz?schema=No!`,
  `//host/x?password=${SECRET}&schema=No!`,
];

async function errorOf(open: () => Promise<{ close(): Promise<void> }>): Promise<unknown> {
  try {
    await (await open()).close();
    return undefined;
  } catch (error) {
    return error;
  }
}

/** Expects that neither a log line nor the end of a process shows the password. */
function expectHidden(error: unknown, url: string): void {
  expect(JSON.stringify(redact({ error })), url).not.toContain(SECRET);
  expect(formatStartupError(error), url).not.toContain(SECRET);
}

const schemes = Object.values(QUEUE_DRIVERS)
  .flatMap((driver): readonly string[] => driver.schemes)
  .filter((scheme) => scheme !== 'memory' && scheme !== 'sqlite');

test.each([...schemes, 'unknown'])(
  'no error of a queue at %s: shows the password of its address',
  async (scheme) => {
    for (const rest of WRONG) {
      const url = `${scheme}:${rest}`;
      const error = await errorOf(() => openQueue(url, ALL_QUEUES, { onError: () => {} }));
      expect(error, url).toBeDefined();
      expectHidden(error, url);
    }
  },
);

test('no error of a database shows the password of its address', async () => {
  for (const scheme of ['postgres', 'postgresql', 'mysql', ''])
    for (const rest of WRONG.slice(0, 3)) {
      const url = `${scheme}:${rest}`;
      const error = await errorOf(async () => {
        const db = createLazyDatabase(url, undefined);
        await db.exec('SELECT 1');
        return { close: () => db.dispose() };
      });
      expect(error, url).toBeDefined();
      expectHidden(error, url);
    }
});

test('no error of a release store shows the password of its address', async () => {
  for (const scheme of ['s3', 'gs', 'azblob', 'https'])
    for (const rest of WRONG) {
      const url = `${scheme}:${rest}`;
      const error = await errorOf(() => openReleaseStore(url));
      expect(error, url).toBeDefined();
      expectHidden(error, url);
    }
});

test('an error of a client library is logged without the password in its texts and causes', () => {
  const cause = new Error(`connect redis://app:${SECRET}@cache:6379 ECONNREFUSED`);
  const error = new Error(`Invalid URL postgres://app:${SECRET}/x@db`, { cause });
  expectHidden(error, 'error with a cause');
  expect(JSON.stringify(redact({ url: `amqp://a:${SECRET}@b` }))).not.toContain(SECRET);
});
