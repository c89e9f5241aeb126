import { builtinModules } from 'node:module';
import { defineConfig, type UserConfig } from 'tsdown';
import { library, licenses } from '../tsdown.shared.ts';

/**
 * Packages bundled into `dist` as chunks that load on demand. Every server can use PostgreSQL and
 * Redis, but users of neither must not install their twenty packages. The build fails if it bundles
 * a package that is not in this list.
 */
const BUILT_IN = [
  /^pg($|-)/,
  /^postgres-/,
  /^(pgpass|split2|xtend)$/,
  /^@?ioredis($|\/)/,
  /^redis-/,
  /^undici$/,
  /^lodash\./,
  /^(cluster-key-slot|debug|denque|has-flag|ms|standard-as-callback|supports-color)$/,
];

/**
 * Rewrites `require` of Node's modules in bundled CommonJS to `process.getBuiltinModule`. A helper
 * for `require` in ESM would clash with the one that users' bundlers add.
 */
const builtins = {
  name: 'builtins',
  resolveId: (id: string): string | undefined => (id === 'pg-native' ? '\0pg-native' : undefined),
  // An optional native module that Gati does not use.
  load: (id: string): string | undefined =>
    id === '\0pg-native' ? 'module.exports = undefined;' : undefined,
  transform(code: string, id: string): string | undefined {
    if (!/[\\/]node_modules[\\/].*\.c?js$/.test(id)) return undefined;
    return code.replaceAll(
      /\brequire\((['"])(?:node:)?([\w/]+)\1\)/g,
      (whole, _quote, name: string) =>
        builtinModules.includes(name) ? `process.getBuiltinModule('${name}')` : whole,
    );
  },
};

const config: UserConfig[] = defineConfig([
  library(
    {
      index: 'src/index.ts',
      app: 'src/app/index.ts',
      browser: 'src/browser.ts',
      checks: 'src/checks.ts',
      collector: 'src/collector/index.ts',
      command: 'src/command/index.ts',
      'effects/azurequeue': 'src/effects/drivers/azurequeue/driver.ts',
      'effects/command': 'src/effects/command/main.ts',
      'effects/inspect': 'src/effects/inspect/index.ts',
      'effects/postgres': 'src/effects/drivers/postgres/driver.ts',
      'effects/pubsub': 'src/effects/drivers/pubsub/driver.ts',
      'effects/redis': 'src/effects/drivers/redis/driver.ts',
      'effects/settings': 'src/effects/settings.ts',
      'effects/sqs': 'src/effects/drivers/sqs/driver.ts',
      internal: 'src/internal.ts',
      migrations: 'src/data/migrations/index.ts',
      modules: 'src/foreign/index.ts',
      'modules/host': 'src/module-host/index.ts',
      releases: 'src/releases/index.ts',
      server: 'src/server/index.ts',
      telemetry: 'src/telemetry/index.ts',
      'operate/command': 'src/collector/command/operate.ts',
      'telemetry/command': 'src/collector/command/main.ts',
      test: 'src/testing/index.ts',
      types: 'src/global-types.ts',
    },
    { deps: { onlyBundle: BUILT_IN }, plugins: [builtins, licenses] },
  ),
  // Programs that builds copy: files of their own that need no packages.
  ...['mcp-bridge', 'npm-runner'].map((name) =>
    library(
      { [name]: `src/module-programs/${name}.ts` },
      {
        outDir: 'dist/programs',
        clean: false,
        dts: false,
        publint: false,
        attw: false,
        minify: true,
        deps: { alwaysBundle: [/./], onlyBundle: false },
        plugins: [licenses],
      },
    ),
  ),
]) as UserConfig[];
export default config;
