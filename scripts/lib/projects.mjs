/**
 * Every project of tests. `vitest.workspace.ts` declares them to Vitest in this order.
 *
 * Projects with a `package` are unit tests in `packages/<package>/test`, which import the sources.
 * The tests of the others are in `test/<name>`.
 *
 * - `nodes`: `npm run test:nodes` runs them too, since they depend on the Node version: runtime, server
 *   process and build tools
 * - `alone`: `npm test` leaves them to a command of their own
 */
const ALL = [
  { name: 'contract', package: 'contract', nodes: true },
  { name: 'runtime-h3', package: 'runtime-h3', nodes: true },
  { name: 'devtools', package: 'devtools', nodes: true },
  { name: 'vite-plugin-gati', package: 'vite-plugin-gati', nodes: true },
  { name: 'gati-deploy', package: 'deployers/core', nodes: true },
  { name: 'cloud-aws', package: 'deployers/aws' },
  { name: 'cloud-gcp', package: 'deployers/gcp' },
  { name: 'create-gati', package: 'create-gati', nodes: true },
  { name: 'docs' },
  { name: 'built', nodes: true },
  { name: 'browser' },
  { name: 'docker' },
  // Installs apps from a registry on loopback, which takes minutes.
  { name: 'packed', alone: true },
  // Installs developer tools from npm.
  { name: 'browser-tools', alone: true },
  // Installs Schemathesis from PyPI, and sends thousands of requests.
  { name: 'schemathesis', alone: true },
  // Compiles modules in Go and Rust.
  { name: 'polyglot', alone: true },
  // Real servers and browsers for minutes.
  { name: 'panel', alone: true },
  // Real servers and the APIs of clouds.
  { name: 'clouds', alone: true },
  // These need servers that take minutes to compile.
  { name: 'telemetry', alone: true },
  { name: 'cluster', alone: true },
  { name: 'pods', alone: true },
];

/** Projects of unit tests, with the folder of the package in `packages/`. */
export const UNIT_PROJECTS = ALL.flatMap(({ name, package: folder }) =>
  folder ? [{ name, folder }] : [],
);

/** Names of the projects whose tests are in `test/<name>`. */
export const WHOLE_PROJECTS = ALL.filter((project) => !project.package).map(({ name }) => name);

/** Names of the projects that `npm run test:nodes` runs on each Node version. */
export const NODE_PROJECTS = ALL.filter((project) => project.nodes).map(({ name }) => name);

/** Names of the projects of `npm test`. */
export const PROJECTS = ALL.filter((project) => !project.alone).map(({ name }) => name);

/** Vitest runs the projects that match any flag, so several negated ones would match all. */
export const projectFlags = (names) => names.map((name) => `--project=${name}`);
