/** Test projects that depend on the Node version: runtime, server process and build tools. */
export const NODE_PROJECTS = [
  'contract',
  'runtime-h3',
  'devtools',
  'vite-plugin-gati',
  'gati-deploy',
  'create-gati',
  'built',
];

/** Test projects of `npm test`. The others of `vitest.workspace.ts` have commands of their own. */
export const PROJECTS = [...NODE_PROJECTS, 'docs', 'browser', 'docker'];

/** Vitest runs the projects that match any flag, so several negated ones would match all. */
export const projectFlags = (names) => names.map((name) => `--project=${name}`);
