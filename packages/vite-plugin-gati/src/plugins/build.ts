import fs from 'node:fs';
import path from 'node:path';
import {
  normalizePath,
  type BuildEnvironmentOptions,
  type Plugin,
  type ResolvedConfig,
  type ViteBuilder,
} from 'vite';
import { count, formatDiagnostic, type Manifest } from '@gati/contract';
import type { PluginContext } from '../context.ts';
import { ENVIRONMENT } from '../environment-name.ts';
import { noHandlers } from '../scan/no-handlers.ts';
import { type History, openHistory, storeWarning } from '../releases/history.ts';
import { toBreaks } from '../build/breaks.ts';
import { bundleOlderReleases } from '../build/bundle-older-releases.ts';
import { cloudPackagesPlugin } from './cloud-packages.ts';
import { buildEnvironments, SERVER_DIR, serverBuild } from '../build/environments.ts';
import { createNativeTracer } from './native.ts';
import { assertOutDir } from '../build/out-dir.ts';
import { sizeOf, writeOutputs } from '../build/outputs.ts';
import { previewPlugin } from './preview.ts';
import { toRelease, changelogReleases } from '../build/release.ts';
import { digestCode, nameRelease } from '../build/release-id.ts';
import { describeRelease, reportDiagnostics } from '../build/report.ts';
import { writeSdk } from '../build/sdk.ts';

/** One `vite build`: contract, client if there is one, server, then the files around them. */
export function buildPlugins(context: PluginContext): Plugin[] {
  const native = createNativeTracer();
  let own: BuildEnvironmentOptions | undefined;
  let manifest: Manifest | undefined;
  let history: Promise<History> | undefined;
  /** The version in what `.gati` holds. */
  let generated: string | undefined;
  let appBuild = false;

  const openStore = (): Promise<History> => (history ??= openHistory(context.project.root));
  async function close(): Promise<void> {
    const opened = history;
    history = undefined;
    await Promise.all([
      context.close(),
      opened?.then(({ store }) => store.close()).catch(() => undefined),
    ]);
  }

  return [
    native.plugin,
    cloudPackagesPlugin(context),
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
      configResolved({ root, build, environments }) {
        // Each environment empties a folder of its own, and before them the build the one around these.
        const folders = [
          build.outDir,
          ...Object.values(environments).map((environment) => environment.build.outDir),
        ];
        for (const outDir of new Set(folders)) assertOutDir(root, path.resolve(root, outDir));
      },
      configEnvironment(name, options) {
        if (name === ENVIRONMENT) options.build = serverBuild(options.build ?? {}, own);
      },
      generateBundle: {
        order: 'post',
        async handler(_options, bundle) {
          if (this.environment.name !== ENVIRONMENT) return;
          const chunks = Object.values(bundle).filter((file) => file.type === 'chunk');
          const { project } = context;
          const { contract } = await context.analysis();
          const built = {
            app: project.app,
            contract,
            code: digestCode(chunks),
            native: native.found(),
          };
          manifest = toRelease(built, await openStore(), project.options);
          for (const chunk of chunks) chunk.code = nameRelease(chunk.code, manifest.release);
        },
      },
      async closeBundle() {
        // A build of the client alone may have asked for the contract; its compiler must not keep the process.
        if (!appBuild) await close();
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
          config.logger.info('gati: reading handlers and their types …');
          const analysis = await context.analysis();
          reportDiagnostics([...noHandlers(config.root), ...analysis.diagnostics], (text) =>
            config.logger.warn(text),
          );
          const expected = toRelease(
            { app: context.project.app, contract: analysis.contract },
            await openStore(),
            context.project.options,
          );
          if (context.check?.allowMajor === false)
            reportDiagnostics(toBreaks(expected), () => undefined);
          const warning = storeWarning(config.root);
          if (warning) config.logger.warn(formatDiagnostic(warning));
          generated = expected.release.version;
          await context.project.generate(analysis, generated);
          // Not before: what an earlier build made is not lost to an error in a handler.
          emptyFolder(config);
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
            await close();
          }
        },
      },
    },
  ];

  /** The server first: the client is told which version it speaks to. */
  async function buildApp(builder: ViteBuilder): Promise<void> {
    const { config, environments } = builder;
    const { client, [ENVIRONMENT]: server } = environments;
    const built = server && !server.isBuilt ? await builder.build(server) : undefined;
    if (manifest && manifest.release.version !== generated)
      await context.project.generate(await context.analysis(), manifest.release.version);
    if (client && !client.isBuilt && hasClient(config)) await builder.build(client);
    if (!manifest || !built || 'close' in built || server!.config.build.write === false) return;

    const outDir = path.resolve(config.root, config.build.outDir);
    if (manifest.native) {
      config.logger.info(
        `gati: copying ${manifest.native.packages.map(({ name }) => name).join(', ')} …`,
      );
      await native.copy(config.root, path.join(outDir, SERVER_DIR));
    }
    const opened = await openStore();
    const { base } = context.project.options;
    const told = await changelogReleases(manifest, opened);
    const store = {
      url: opened.store.url,
      versions: opened.releases.map(({ version }) => version),
    };
    const [sdk] = await Promise.all([
      writeSdk({ root: config.root, told, base, store }),
      writeOutputs(outDir, told, base),
    ]);
    const { scan } = await context.analysis();
    const bundled = await bundleOlderReleases(opened, {
      own: manifest.release.version,
      folder: path.join(outDir, SERVER_DIR, 'releases'),
      migrated: scan.versions.map(({ from }) => from),
    });
    const { files, bytes } = await sizeOf(path.join(outDir, SERVER_DIR));
    const place = normalizePath(path.relative(config.root, outDir)) || '.';
    const { name, release } = manifest;
    config.logger.info(
      `gati: ${name} ${release.version} (${release.id}), server ${kB(bytes)} in ${count(files, 'file')}, ${sdk.file} ${kB(sdk.bytes)}`,
    );
    for (const line of describeRelease(manifest, bundled)) config.logger.info(`gati: ${line}`);
    config.logger.info(
      `gati: run it with \`node ${place}/${SERVER_DIR}/index.mjs\`, make its image with \`docker build ${place}\``,
    );
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

const kB = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;
