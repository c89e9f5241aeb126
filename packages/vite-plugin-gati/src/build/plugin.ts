import fs from 'node:fs';
import path from 'node:path';
import { normalizePath, type BuildEnvironmentOptions, type Plugin, type ResolvedConfig, type ViteBuilder } from 'vite';
import type { PluginContext } from '../context.ts';
import { toManifest, toReleaseId } from '../emit/manifest.ts';
import { ENVIRONMENT } from '../environment.ts';
import { buildEnvironments, SERVER_DIR, serverBuild } from './environments.ts';
import { createNativeTracer } from './native.ts';
import { sizeOf, writeOutputs } from './outputs.ts';
import { previewPlugin } from './preview.ts';
import { digestCode, RELEASE_ID_PLACEHOLDER } from './release-id.ts';
import { reportDiagnostics } from './report.ts';

/** One `vite build`: contract, client if there is one, server, then the files around them. */
export function buildPlugins(context: PluginContext): Plugin[] {
  const native = createNativeTracer();
  let own: BuildEnvironmentOptions | undefined;
  let code: string | undefined;
  let appBuild = false;

  return [
    native.plugin,
    previewPlugin(),
    {
      name: 'gati:build',
      apply: 'build',
      sharedDuringBuild: true,
      config(user) {
        own = user.environments?.[ENVIRONMENT]?.build;
        // With a builder, plain `vite build` builds the app and not the client alone.
        return { builder: {}, environments: buildEnvironments(user) };
      },
      configEnvironment(name, options) {
        if (name === ENVIRONMENT) options.build = serverBuild(options.build ?? {}, own);
      },
      generateBundle: {
        order: 'post',
        async handler(_options, bundle) {
          if (this.environment.name !== ENVIRONMENT) return;
          const chunks = Object.values(bundle).filter((file) => file.type === 'chunk');
          code = digestCode(chunks);
          const { contract } = await context.analysis();
          const id = toReleaseId(contract, code, native.found());
          for (const chunk of chunks) {
            if (chunk.code.includes(RELEASE_ID_PLACEHOLDER)) chunk.code = chunk.code.replaceAll(RELEASE_ID_PLACEHOLDER, id);
          }
        },
      },
      async closeBundle() {
        // A build of the client alone may have asked for the contract; its compiler must not keep the process.
        if (!appBuild) await context.close();
      },
    },
    {
      name: 'gati:build:contract',
      apply: 'build',
      sharedDuringBuild: true,
      buildApp: {
        order: 'pre',
        async handler({ config }) {
          appBuild = true;
          emptyFolder(config);
          config.logger.info('gati: reading handlers and their types …');
          const analysis = await context.analysis();
          reportDiagnostics(analysis.diagnostics, (text) => config.logger.warn(text));
          await context.project.generate(analysis);
          config.logger.info(
            `gati: ${count(analysis.contract.routes.length, 'route')}, ${count(analysis.contract.effects.length, 'effect')}`,
          );
        },
      },
    },
    {
      name: 'gati:build:app',
      apply: 'build',
      sharedDuringBuild: true,
      buildApp: {
        order: 'post',
        async handler(builder) {
          try {
            await buildApp(builder);
          } finally {
            await context.close();
          }
        },
      },
    },
  ];

  async function buildApp(builder: ViteBuilder): Promise<void> {
    const { config, environments } = builder;
    const { client, [ENVIRONMENT]: server } = environments;
    if (client && !client.isBuilt && hasClient(config)) await builder.build(client);
    if (!server || server.isBuilt) return;
    const built = await builder.build(server);
    if ('close' in built || server.config.build.write === false) return;

    const outDir = path.resolve(config.root, config.build.outDir);
    const { contract } = await context.analysis();
    const manifest = toManifest({ app: context.project.app, contract, code, native: native.found() });
    if (manifest.native) {
      config.logger.info(`gati: copying ${manifest.native.packages.map(({ name }) => name).join(', ')} …`);
      await native.copy(config.root, path.join(outDir, SERVER_DIR));
    }
    await writeOutputs(outDir, manifest, context.project.options.base);
    const { files, bytes } = await sizeOf(path.join(outDir, SERVER_DIR));
    const place = normalizePath(path.relative(config.root, outDir)) || '.';
    config.logger.info(
      `gati: ${manifest.name} ${manifest.release.version} (${manifest.release.id}), server ${(bytes / 1000).toFixed(1)} kB in ${count(files, 'file')}`,
    );
    config.logger.info(`gati: run it with \`node ${place}/${SERVER_DIR}/index.mjs\`, make its image with \`docker build ${place}\``);
  }
}

/** An app may be handlers alone. */
function hasClient(config: ResolvedConfig): boolean {
  const { input } = config.environments['client']!.build.rolldownOptions;
  return input !== undefined || fs.existsSync(path.join(config.root, 'index.html'));
}

/** The same rule as Vite's own: what lies outside of the root is emptied only when asked for. */
function emptyFolder(config: ResolvedConfig): void {
  const outDir = path.resolve(config.root, config.build.outDir);
  const inside = outDir.startsWith(config.root + path.sep);
  if (!(config.build.emptyOutDir ?? inside) || !fs.existsSync(outDir)) return;
  for (const name of fs.readdirSync(outDir)) {
    if (name !== '.git') fs.rmSync(path.join(outDir, name), { recursive: true, force: true });
  }
}

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;
