// Setup file of the unit tests, whose files share a process: undoes after each file what its tests
// changed in the process.
import { afterAll, vi } from 'vitest';

// With `CI` set, a build warns that it has no release store.
delete process.env.CI;

const env = { ...process.env };

afterAll(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
  for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name];
  Object.assign(process.env, env);
});
