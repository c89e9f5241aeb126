import path from 'node:path';
import type { RunnableDevEnvironment } from 'vite';
import { afterEach, expect, test, vi } from 'vitest';
import { createFileSnapshots } from '../../src/dev/file-snapshots.ts';
import { createModuleLoader } from '../../src/dev/module-loader.ts';
import { ENVIRONMENT } from '../../src/environment-name.ts';
import { createTestApp, type TestApp } from '../helpers/app.ts';
import { type DevApp, startDev } from '../helpers/dev.ts';

let app: TestApp;
let dev: DevApp;
afterEach(async () => {
  vi.restoreAllMocks();
  await dev.close();
  await app.dispose();
});

test('runs a module once after an edit, even if it loads within the millisecond of the edit', async () => {
  app = await createTestApp({
    'src/runs.ts': 'export const run = { token: {} };\nglobalThis.loaderRuns.push(run.token);\n',
  });
  const runs: object[] = [];
  (globalThis as { loaderRuns?: object[] }).loaderRuns = runs;
  dev = await startDev(app.root);
  const environment = dev.server.environments[ENVIRONMENT] as RunnableDevEnvironment;
  const loader = createModuleLoader(environment, createFileSnapshots());
  const file = path.posix.join(app.root, 'src/runs.ts');
  await loader.load('src/runs.ts');
  expect(runs).toHaveLength(1);
  let now = Date.now() + 5;
  vi.spyOn(Date, 'now').mockImplementation(() => now);
  for (let edits = 1; edits <= 3; edits++) {
    now += 1;
    await loader.invalidate(environment.moduleGraph.getModulesByFile(file)!, now);
    await loader.load('src/runs.ts');
    expect(runs).toHaveLength(1 + edits);
  }
});
