// Setup file of the unit tests, whose files share a process: undoes after each file what its tests
// changed in the process.
import { afterAll, afterEach, vi } from 'vitest';
import './outside-ci.ts';

const env = { ...process.env };
const globals = new Set(Object.getOwnPropertyNames(globalThis));

// Test apps count in globals. CI repeats a failed test, and the repetition must start from zero.
afterEach(({ task }) => {
  if (task.result?.state === 'fail') removeGlobals();
});

afterAll(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
  for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name];
  Object.assign(process.env, env);
});

function removeGlobals(): void {
  for (const name of Object.getOwnPropertyNames(globalThis))
    if (!globals.has(name)) Reflect.deleteProperty(globalThis, name);
}
