import path from 'node:path';
import type { BuildEnvironmentOptions, Plugin, UserConfig } from 'vite';
import type { BuildState } from './build-state.ts';
import { measureBundle } from '../build/bundle-parts.ts';
import { addBundled } from '../build/bundled-packages.ts';
import { buildEnvironments, serverBuildOptions } from '../build/environments.ts';
import { assertOutDir } from '../build/out-dir.ts';
import { proposeRelease } from '../build/release.ts';
import { digestCode, nameRelease } from '../build/release-id.ts';
import { trimSourceMaps } from '../build/source-maps.ts';
import { clientBase } from '../files/has-client.ts';
import { ENVIRONMENT } from '../environment-name.ts';
import { readMigrations } from '../scan/read-migrations.ts';
import type { NativeTracer } from './native.ts';

/** Configures the environments of a build, and gives the bundled server its version and id. */
export function buildServerPlugin(state: BuildState, native: NativeTracer): Plugin {
  const { context } = state;
  let own: BuildEnvironmentOptions | undefined;
  /** Whether the user set an option for source maps. */
  let hasMapOption = false;
  return {
    name: 'gati:build',
    apply: 'build',
    sharedDuringBuild: true,
    config(user) {
      own = user.environments?.[ENVIRONMENT]?.build;
      hasMapOption = (own?.sourcemap ?? user.build?.sourcemap) !== undefined;
      // With a `builder`, plain `vite build` builds the whole app instead of only the client.
      return {
        builder: {},
        environments: buildEnvironments(user),
        ...absoluteAddresses(user),
      };
    },
    configResolved({ root, build, environments, plugins }) {
      silenceReporter(plugins);
      // The build empties its own output folder first, then each environment empties its folder.
      const folders = [
        build.outDir,
        ...Object.values(environments).map((environment) => environment.build.outDir),
      ];
      for (const outDir of new Set(folders)) assertOutDir(root, path.resolve(root, outDir));
    },
    configEnvironment(name, options) {
      if (name === ENVIRONMENT) options.build = serverBuildOptions(options.build ?? {}, own);
    },
    generateBundle: {
      order: 'post',
      async handler(_options, bundle) {
        const chunks = Object.values(bundle).filter((file) => file.type === 'chunk');
        addBundled(
          state.packages,
          chunks.flatMap(({ moduleIds }) => moduleIds),
        );
        if (this.environment.name !== ENVIRONMENT) return;
        state.publicAssets = Object.keys(bundle).filter(
          (file) =>
            bundle[file]!.type === 'asset' &&
            chunks.some(({ code }) => code.includes(clientBase(this.environment.config) + file)),
        );
        const { project } = context;
        const { contract } = await context.analysis();
        const built = {
          app: project.app,
          contract,
          code: digestCode(chunks),
          native: native.found(),
          databaseMigrations: readMigrations(project.root).map(({ name }) => name),
        };
        state.manifest = proposeRelease(built, await state.history(), project.options);
        for (const chunk of chunks) chunk.code = nameRelease(chunk.code, state.manifest.release);
        state.parts = measureBundle(chunks, (id) => this.getModuleInfo(id));
        const { root, build } = this.environment.config;
        if (!hasMapOption) trimSourceMaps(bundle, root, path.resolve(root, build.outDir));
      },
    },
    async closeBundle() {
      // A build of only the client may have started the compiler, which would keep the process
      // running.
      if (!state.isAppBuild) await state.close();
    },
  };
}

/**
 * Keeps Vite from listing the chunks of the server, whose names mean nothing to people. The summary of
 * the build has their sizes.
 */
function silenceReporter(plugins: readonly Plugin[]): void {
  // Relies on: the name of Vite's reporter, and that plugins apply to environments after this hook.
  const reporter = plugins.find(({ name }) => name === 'native:reporter');
  const applies = reporter?.applyToEnvironment;
  if (applies)
    reporter.applyToEnvironment = (environment) =>
      environment.name !== ENVIRONMENT && applies(environment);
}

/**
 * Makes the URLs of assets in server code absolute if `base` is relative: server code has no page
 * URL to resolve them against.
 */
function absoluteAddresses({ base, experimental }: UserConfig): Pick<UserConfig, 'experimental'> {
  if (base !== '' && base !== './') return {};
  return {
    experimental: {
      renderBuiltUrl: (file, place) =>
        place.ssr ? `/${file}` : experimental?.renderBuiltUrl?.(file, place),
    },
  };
}
