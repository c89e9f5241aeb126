// The floors of the house: imports go down only, and never in a circle. `npm run floors`.

/** What each package's sources may import from its sisters. */
const MAY_IMPORT = {
  contract: [],
  'runtime-h3': ['contract'],
  'vite-plugin-gati': ['contract', 'runtime-h3'],
  'create-gati': [],
};

const floors = Object.entries(MAY_IMPORT).map(([name, allowed]) => ({
  name: `floor-${name}`,
  comment: `packages/${name} may import ${allowed.join(' and ') || 'no other package of this repository'}`,
  severity: 'error',
  from: { path: `^packages/${name}/src/` },
  to: { path: '^packages/', pathNot: [name, ...allowed].map((other) => `^packages/${other}/`) },
}));

module.exports = {
  forbidden: [
    ...floors,
    {
      name: 'no-circle',
      comment: 'modules that import each other cannot be read or loaded one after the other',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/' },
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
      from: { path: '^packages/[^/]+/src/' },
      // An optional peer that the tests use is in both lists. What `tsdown.config.ts` builds in is for development only.
      to: {
        dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'npm-dev'],
        dependencyTypesNot: ['npm-peer'],
        pathNot: '^node_modules/(@types/pg|ioredis|pg|typebox)/',
      },
    },
    {
      name: 'resolvable',
      comment: 'an import leads to a file',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/' },
      to: { couldNotResolve: true, pathNot: '^virtual:' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|templates|fixtures|test)/|\\.config\\.ts$' },
    tsPreCompilationDeps: true,
    combinedDependencies: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
