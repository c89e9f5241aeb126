import { afterEach, beforeAll, expect, test } from 'vitest';
import { copyApp } from '@gati/test-kit/apps';
import { runOrThrow, stopProcesses } from '@gati/test-kit/processes';
import { bin } from '../../scripts/lib/steps.mjs';
import { installSchemathesis, runSchemathesis } from './helpers/run-schemathesis.ts';
import { writeHandlers } from './helpers/write-handlers.ts';

/** Cases that each app has at least. */
const CASES = 5000;
/** Cases of each path of the template. */
const PAYMENTS = {
  '/payments/{id}/capture': 2500,
  '/payments/{id}/refund': 2500,
  // A response takes 0.6 s.
  '/payments/{id}/events': 100,
};

beforeAll(installSchemathesis);
afterEach(stopProcesses);

const build = (app: string): Promise<unknown> =>
  runOrThrow(process.execPath, [bin('vite/bin/vite.js'), 'build'], { cwd: app });

test('the payments template does what its OpenAPI document says', async () => {
  const app = copyApp('templates/payments');
  await build(app);
  let cases = 0;
  for (const [path, examples] of Object.entries(PAYMENTS)) {
    const only = ['--include-path', path];
    const outcome = await runSchemathesis(app, { examples, only, env: { CLERK_TOKEN: 'token' } });
    expect(outcome.findings).toBe('');
    cases += outcome.cases;
  }
  expect(cases).toBeGreaterThanOrEqual(CASES);
});

test('an app with each kind of value in each part of a request does what its OpenAPI document says', async () => {
  const app = copyApp('test/schemathesis/app');
  writeHandlers(app);
  await build(app);
  const outcome = await runSchemathesis(app, { examples: 30 });
  expect(outcome.findings).toBe('');
  expect(outcome.cases).toBeGreaterThanOrEqual(CASES);
});
