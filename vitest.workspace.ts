import { fileURLToPath } from 'node:url';
import { defineProject } from 'vitest/config';
import { bundledThread } from './test/kit/bundled-thread.ts';
import { UNIT_PROJECTS, WHOLE_PROJECTS } from './scripts/lib/projects.mjs';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const source = (path: string): string => at(`packages/${path}`);

/** Also works with a `node_modules` that was installed before the kit became a package. */
const testKit = { find: /^@gati\/test-kit\/(.+)$/, replacement: at('test/kit/$1.ts') };

/** Unit tests run against the sources; tests of `dist` and of packed packages are in `test/`. */
const alias = [
  testKit,
  { find: /^@gati\/contract$/, replacement: source('contract/src/index.ts') },
  { find: /^@gati\/contract\/data$/, replacement: source('contract/src/data.ts') },
  { find: /^@gati\/contract\/internal$/, replacement: source('contract/src/internal.ts') },
  { find: /^@gati\/devtools\/server$/, replacement: source('devtools/src/server/index.ts') },
  { find: /^gati-deploy\/cloud$/, replacement: source('deployers/core/src/cloud/index.ts') },
  { find: /^@gati\/runtime-h3$/, replacement: source('runtime-h3/src/index.ts') },
  { find: /^@gati\/runtime-h3\/app$/, replacement: source('runtime-h3/src/app/index.ts') },
  { find: /^@gati\/runtime-h3\/browser$/, replacement: source('runtime-h3/src/browser.ts') },
  { find: /^@gati\/runtime-h3\/checks$/, replacement: source('runtime-h3/src/checks.ts') },
  { find: /^@gati\/runtime-h3\/command$/, replacement: source('runtime-h3/src/command/index.ts') },
  {
    find: /^@gati\/runtime-h3\/effects\/command$/,
    replacement: source('runtime-h3/src/effects/command/main.ts'),
  },
  {
    find: /^@gati\/runtime-h3\/collector$/,
    replacement: source('runtime-h3/src/collector/index.ts'),
  },
  {
    find: /^@gati\/runtime-h3\/migrations$/,
    replacement: source('runtime-h3/src/data/migrations/index.ts'),
  },
  { find: /^@gati\/runtime-h3\/modules$/, replacement: source('runtime-h3/src/foreign/index.ts') },
  {
    find: /^@gati\/runtime-h3\/modules\/host$/,
    replacement: source('runtime-h3/src/module-host/index.ts'),
  },
  {
    find: /^@gati\/runtime-h3\/effects\/inspect$/,
    replacement: source('runtime-h3/src/effects/inspect/index.ts'),
  },
  {
    find: /^@gati\/runtime-h3\/effects\/settings$/,
    replacement: source('runtime-h3/src/effects/settings.ts'),
  },
  { find: /^@gati\/runtime-h3\/internal$/, replacement: source('runtime-h3/src/internal.ts') },
  {
    find: /^@gati\/runtime-h3\/releases$/,
    replacement: source('runtime-h3/src/releases/index.ts'),
  },
  { find: /^@gati\/runtime-h3\/server$/, replacement: source('runtime-h3/src/server/index.ts') },
  {
    find: /^@gati\/runtime-h3\/telemetry$/,
    replacement: source('runtime-h3/src/telemetry/index.ts'),
  },
  {
    find: /^@gati\/runtime-h3\/operate\/command$/,
    replacement: source('runtime-h3/src/collector/command/operate.ts'),
  },
  {
    find: /^@gati\/runtime-h3\/telemetry\/command$/,
    replacement: source('runtime-h3/src/collector/command/main.ts'),
  },
  { find: /^@gati\/runtime-h3\/test$/, replacement: source('runtime-h3/src/testing/index.ts') },
];

/**
 * Limits that end a test that hangs. They are long, since a passing test never waits for them and a
 * loaded machine must not fail one. Tests therefore have no limits of their own, unless they need
 * more or the limit is what they test.
 */
const limits = {
  testTimeout: 300_000,
  hookTimeout: 300_000,
  expect: { poll: { timeout: 60_000, interval: 20 } },
  // Three runs of over 5,000 tests a change: CI repeats a failed test once, and its summary names
  // each test that needed it. Elsewhere the first failure counts.
  retry: process.env['CI'] ? 1 : 0,
};

/** Tests of one package, which import its sources. */
const unit = (name: string, folder: string): ReturnType<typeof defineProject> =>
  defineProject({
    resolve: { alias },
    plugins: [bundledThread(source('runtime-h3/src/effects/drivers/sqlite/thread.ts'))],
    test: {
      name,
      root: `packages/${folder}`,
      include: ['test/**/*.test.ts'],
      environment: 'node',
      // Files that share a process import the sources, TypeScript and Vite once. A process for each
      // file takes 0.3 to 1 s of CPU time more.
      isolate: false,
      setupFiles: at('test/kit/undo-process-changes.ts'),
      ...limits,
    },
  });

/** Options of single projects. */
const OPTIONS: Record<string, object> = {
  packed: { globalSetup: 'test/kit/registry-setup.ts' },
  // One Docker engine at a time: two would share the bridge.
  docker: { fileParallelism: false },
  panel: { fileParallelism: false },
  // Sends thousands of requests one after the other.
  schemathesis: { testTimeout: 1_800_000 },
  cluster: { fileParallelism: false },
  pods: { fileParallelism: false, globalSetup: 'test/pods/setup.ts' },
};

/** Tests of built or packed packages: real servers, a registry on loopback, a browser. */
const whole = (name: string): ReturnType<typeof defineProject> =>
  defineProject({
    resolve: { alias: [testKit] },
    test: {
      name,
      root: '.',
      include: [`test/${name}/**/*.test.ts`],
      environment: 'node',
      setupFiles: at('test/kit/outside-ci.ts'),
      ...limits,
      ...OPTIONS[name],
    },
  });

/** The test projects, which `vitest.config.ts` lists. */
export default [
  ...UNIT_PROJECTS.map(({ name, folder }) => unit(name, folder)),
  ...WHOLE_PROJECTS.map(whole),
];
