// The floors of the house: imports go down only, and never in a circle. `npm run floors`.

/** What each package's sources may import from its sisters. */
const MAY_IMPORT = {
  contract: [],
  'runtime-h3': ['contract'],
  devtools: ['contract', 'runtime-h3'],
  'vite-plugin-gati': ['contract', 'runtime-h3', 'devtools'],
  'deployers/core': ['contract', 'runtime-h3'],
  'deployers/aws': ['contract', 'deployers/core'],
  'deployers/gcp': ['contract', 'deployers/core'],
  'create-gati': [],
};

const floors = Object.entries(MAY_IMPORT).map(([name, allowed]) => ({
  name: `floor-${name}`,
  comment: `packages/${name} may import ${allowed.join(' and ') || 'no other package of this repository'}`,
  severity: 'error',
  from: { path: `^packages/${name}/src/` },
  to: { path: '^packages/', pathNot: [name, ...allowed].map((other) => `^packages/${other}/`) },
}));

/**
 * The folders of a package's `src`, lowest first: a folder may import what is listed before it. Files
 * in the root of `src` are entries and may import everything, so no folder may import them, except
 * for those that are listed.
 */
const FOLDERS = {
  contract: `
    data diagnostics versions http image schema security contract.ts print assemble openapi diff
    manifest release
  `,
  'runtime-h3': `
    collections command cloud ports.ts types telemetry validate config data modules module-host module-programs context
    effects global-context releases collector app foreign server
  `,
  devtools: 'http api access actions store server built',
  'vite-plugin-gati': `
    files client compile environment-name.ts colors.ts scan emit foreign
    marketplace options.ts analyze releases build generate project.ts project-facts.ts context.ts virtual dev plugins
    index.ts cli
  `,
  'deployers/core':
    'http build registry image config kube cloud objects plan drift cause rollout canary preview doctor custom local apply panel ci cli',
};

/**
 * The folders of `runtime-h3/src/app` by the code that they run, lowest first. They share types in
 * any direction, since a call refers to its route, its release and its response.
 */
const APP_FOLDERS = [
  'route',
  'request',
  'response',
  'adapters',
  'release',
  'versions',
  'websocket',
];
const APP = '^packages/runtime-h3/src/app/';

const appFloors = APP_FOLDERS.map((folder, index) => ({
  name: `app-${folder}`,
  comment: `app/${folder} may run code of ${APP_FOLDERS.slice(0, index).join(', ') || 'no other folder of app'}`,
  severity: 'error',
  from: { path: `${APP}${folder}/` },
  to: {
    path: `${APP}(${APP_FOLDERS.slice(index + 1).join('|')})/`,
    dependencyTypesNot: ['type-only'],
  },
})).slice(0, -1);

const folderFloors = Object.entries(FOLDERS).flatMap(([name, list]) =>
  list
    .trim()
    .split(/\s+/)
    .map((folder, index, folders) => {
      const below = folders.slice(0, index + 1);
      return {
        name: `${name}-${folder}`,
        comment: `${folder} of ${name} may import ${below.slice(0, -1).join(', ') || 'no other folder'}`,
        severity: 'error',
        from: { path: `^packages/${name}/src/${folder}(/|$)` },
        to: {
          path: `^packages/${name}/src/`,
          pathNot: below.map((other) => `^packages/${name}/src/${other}(/|$)`),
        },
      };
    }),
);

module.exports = {
  forbidden: [
    ...floors,
    ...folderFloors,
    ...appFloors,
    {
      name: 'supervisor-is-small',
      comment:
        'the supervisor hands over connections; the code of a worker and the app are not for it',
      severity: 'error',
      from: { path: '^packages/runtime-h3/src/server/supervisor/' },
      to: {
        path: '^packages/runtime-h3/src/(server/(worker|http)|app|effects|releases|global-context)/',
      },
    },
    {
      name: 'collector-is-alone',
      comment: 'the collector runs no code of a worker or of the app, and workers load none of it',
      severity: 'error',
      from: { path: '^packages/runtime-h3/src/(collector|server/collector)/' },
      to: {
        path: '^packages/runtime-h3/src/(server/(worker|supervisor|http)|app|effects|releases)/',
      },
    },
    {
      name: 'worker-is-no-collector',
      comment: 'a worker sends lines; storing and exporting them is not its work',
      severity: 'error',
      from: { path: '^packages/runtime-h3/src/(server/(worker|http)|app)/' },
      to: { path: '^packages/runtime-h3/src/(collector|server/collector)/' },
    },
    {
      name: 'worker-is-no-supervisor',
      comment: 'the two processes share server/channel alone',
      severity: 'error',
      from: { path: '^packages/runtime-h3/src/server/(worker|http)/' },
      to: { path: '^packages/runtime-h3/src/server/supervisor/' },
    },
    {
      name: 'no-circle',
      comment: 'modules that import each other cannot be read or loaded one after the other',
      severity: 'error',
      from: { path: '^packages/(deployers/)?[^/]+/src/' },
      to: { circular: true },
    },
    {
      name: 'contract-is-pure',
      comment: '@gati/contract runs anywhere: no Node API and no dependency',
      severity: 'error',
      from: { path: '^packages/contract/src/' },
      to: {
        dependencyTypes: [
          'core',
          'npm',
          'npm-dev',
          'npm-optional',
          'npm-peer',
          'npm-no-pkg',
          'npm-unknown',
        ],
      },
    },
    {
      name: 'client-is-free',
      comment: 'the code of the typed client ships to browsers: no Node API, no package',
      severity: 'error',
      from: { path: '^packages/vite-plugin-gati/src/client/' },
      to: { dependencyTypes: ['core', 'npm', 'npm-dev', 'npm-optional', 'npm-peer'] },
    },
    {
      name: 'declared',
      comment: 'what is imported stands in the dependencies of that package, or is built into it',
      severity: 'error',
      from: { path: '^packages/(deployers/)?[^/]+/src/' },
      // An optional peer that the tests use is in both lists. What `tsdown.config.ts` builds in is for development only.
      to: {
        dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'npm-dev'],
        dependencyTypesNot: ['npm-peer'],
        pathNot:
          '(^|/)node_modules/(@aws-sdk|@smithy|@simplewebauthn/server|@types/pg|ioredis|otpauth|pg|typebox|undici|ws)/',
      },
    },
    {
      name: 'resolvable',
      comment: 'an import leads to a file',
      severity: 'error',
      from: { path: '^packages/(deployers/)?[^/]+/src/' },
      to: { couldNotResolve: true, pathNot: '^virtual:' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // The pages of the panel run in a browser: `vue-tsc` checks that they import no code of Node.
    exclude: {
      path: '(^|/)(dist|templates|fixtures|test)/|\\.config\\.ts$|^packages/devtools/src/app/',
    },
    tsPreCompilationDeps: true,
    combinedDependencies: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
