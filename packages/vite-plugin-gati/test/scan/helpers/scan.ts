import { afterEach } from 'vitest';
import { createScanner } from '../../../src/scan/scanner.ts';
import type { Scan } from '../../../src/scan/types.ts';
import { createTestApp, type TestApp } from '../../helpers/app.ts';

/** The shortest text of a handler file. */
export const HANDLER = 'export const handler = () => {};\n';

const apps: TestApp[] = [];
afterEach(async () => {
  for (const app of apps.splice(0)) await app.dispose();
});

/** Creates an app that is removed after the test. */
export async function createScannedApp(files: Record<string, string>): Promise<TestApp> {
  const app = await createTestApp(files);
  apps.push(app);
  return app;
}

/** Scans an app with these files. */
export async function scanOf(files: Record<string, string>, base?: string): Promise<Scan> {
  const app = await createScannedApp(files);
  return createScanner(app.root, { base }).scan();
}
