import { beforeAll, expect, test } from 'vitest';
import { copyApp } from '@gati/test-kit/apps';
import { runOrThrow } from '@gati/test-kit/processes';
import { bin } from '../../scripts/lib/steps.mjs';
import { installSchemathesis, runSchemathesis } from './helpers/run-schemathesis.ts';
import { writeHandlers } from './helpers/write-handlers.ts';

/** Cases that each app has at least. */
const CASES = 5000;

beforeAll(installSchemathesis);

const build = (app: string): Promise<unknown> =>
  runOrThrow(process.execPath, [bin('vite/bin/vite.js'), 'build'], { cwd: app });

test('the payments template does what its OpenAPI document says', async () => {
  const app = copyApp('templates/payments');
  await build(app);
  const env = { CLERK_TOKEN: 'token' };
  // A response of events takes 0.6 s.
  const events = ['--include-path', '/payments/{id}/events'];
  const others = ['--exclude-path', '/payments/{id}/events'];
  const streams = await runSchemathesis(app, { examples: 100, only: events, env });
  const outcome = await runSchemathesis(app, { examples: 4000, only: others, env });
  expect({ streams: streams.findings, others: outcome.findings }).toEqual({
    streams: '',
    others: '',
  });
  expect(streams.cases + outcome.cases).toBeGreaterThanOrEqual(CASES);
});

test('an app with each kind of value in each part of a request does what its OpenAPI document says', async () => {
  const app = copyApp('test/schemathesis/app');
  writeHandlers(app);
  await build(app);
  const outcome = await runSchemathesis(app, { examples: 30 });
  expect(outcome.findings).toBe('');
  expect(outcome.cases).toBeGreaterThanOrEqual(CASES);
});
