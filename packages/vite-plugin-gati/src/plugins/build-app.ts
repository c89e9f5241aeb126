import fs from 'node:fs';
import path from 'node:path';
import type { Manifest } from '@gati/contract';
import { styleFor } from '@gati/runtime-h3/command';
import {
  type BuildEnvironment,
  type Logger,
  normalizePath,
  type Plugin,
  type ResolvedConfig,
  type ViteBuilder,
} from 'vite';
import type { BuildState } from './build-state.ts';
import { bundleOlderReleases } from '../build/bundle-older-releases.ts';
import { CLIENT_DIR, SERVER_DIR } from '../build/environments.ts';
import { ERROR_PAGES_FILE, readErrorPages } from '../build/error-pages.ts';
import { sizeOf, writeOutputs } from '../build/outputs.ts';
import { describeMissingPrograms } from '../foreign/image-programs.ts';
import { findPanel, writePanel } from '../build/panel-files.ts';
import { describeApp } from '../project-facts.ts';
import { changelogReleases } from '../build/release.ts';
import { copyModuleFiles } from '../build/module-files.ts';
import { describePlace } from '../build/report.ts';
import { printSummary } from '../build/summary.ts';
import { writeSdk } from '../build/sdk/write-sdk.ts';
import { toDocumentFacts } from '../emit/document-facts.ts';
import { readPackageFields } from '../files/package-json.ts';
import { ENVIRONMENT } from '../environment-name.ts';
import { hasClient } from '../files/has-client.ts';
import type { NativeTracer } from './native.ts';

/**
 * Bundles the server, then the client if there is one. Then writes the other files of the output
 * folder.
 */
export function buildAppPlugin(state: BuildState, native: NativeTracer): Plugin {
  return {
    name: 'gati:build:app',
    apply: 'build',
    sharedDuringBuild: true,
    buildApp: {
      order: 'post',
      async handler(builder) {
        try {
          const manifest = await bundleServerAndClient(builder, state, native);
          if (manifest) await writeFilesBesideBundles(builder.config, state, manifest, native);
        } finally {
          await state.close();
        }
      },
    },
  };
}

/**
 * Bundles the server first, because the client contains the version of the release.
 * Returns the manifest of the release, or `undefined` if the server was not written to disk.
 */
async function bundleServerAndClient(
  builder: ViteBuilder,
  state: BuildState,
  native: NativeTracer,
): Promise<Manifest | undefined> {
  const { config, environments } = builder;
  const { client, [ENVIRONMENT]: server } = environments;
  const output =
    server && !server.isBuilt
      ? await withoutDetails(server.getTopLevelConfig().logger, () =>
          bundleServer(builder, server, state, native),
        )
      : undefined;
  const { manifest, context } = state;
  if (manifest && manifest.release.version !== state.generatedVersion)
    await context.project.generate(await context.analysis(), manifest.release.version);
  if (client && !client.isBuilt && hasClient(config)) await builder.build(client);
  const isWritten = output && !('close' in output) && server!.config.build.write !== false;
  return isWritten ? manifest : undefined;
}

/**
 * Bundles the server. The bundle shows which packages it shares with kept packages. These are then
 * kept too, so the server is bundled again.
 */
async function bundleServer(
  builder: ViteBuilder,
  server: BuildEnvironment,
  state: BuildState,
  native: NativeTracer,
): Promise<Awaited<ReturnType<ViteBuilder['build']>>> {
  for (;;) {
    const output = await builder.build(server);
    const folders = state.parts?.packages.map(({ folder }) => folder) ?? [];
    if (!native.keepShared(folders)) return output;
  }
}

async function writeFilesBesideBundles(
  config: ResolvedConfig,
  state: BuildState,
  manifest: Manifest,
  native: NativeTracer,
): Promise<void> {
  const { root, logger } = config;
  const outDir = path.resolve(root, config.build.outDir);
  const serverDir = path.join(outDir, SERVER_DIR);
  if (manifest.native) {
    await native.copy(root, serverDir);
  }
  fs.writeFileSync(path.join(serverDir, ERROR_PAGES_FILE), `${JSON.stringify(readErrorPages())}\n`);
  for (const file of state.publicAssets)
    fs.cpSync(path.join(serverDir, file), path.join(outDir, CLIENT_DIR, file));
  const history = await state.history();
  const { options } = state.context.project;
  const releases = await changelogReleases(manifest, history);
  const store = {
    url: history.store.url,
    versions: history.releases.map(({ version }) => version),
  };
  const [sdk] = await Promise.all([
    writeSdk({ root, releases, options, store }),
    writeOutputs(
      outDir,
      releases,
      toDocumentFacts(readPackageFields(root), options),
      state.packages,
    ),
  ]);
  const { scan, contract } = await state.context.analysis();
  await copyModuleFiles(state.context.project, outDir);
  const panel = findPanel(options);
  if (panel !== undefined) {
    const { release } = manifest;
    const facts = describeApp(state.context.project, scan, contract, 'production');
    writePanel(panel, serverDir, { ...facts, version: release.version, release });
  }
  const bundled = await bundleOlderReleases(history, {
    own: manifest.release.version,
    folder: path.join(serverDir, 'releases'),
    migrated: scan.versions.map(({ from }) => from),
  });
  const { release } = manifest;
  const kept = manifest.native?.packages.map(({ name }) => name);
  const lines = printSummary(
    {
      manifest,
      base: options.base,
      took: performance.now() - state.startedAt,
      parts: state.parts!,
      kept: kept && { names: kept, bytes: await sizeOf(path.join(serverDir, 'node_modules')) },
      sdk,
      folder: normalizePath(path.relative(process.cwd(), outDir)) || '.',
      bundled,
      notes: [
        ...(sdk.isOther
          ? [
              `${sdk.file} is still the SDK of release ${release.version} in another store; delete it to get the SDK of this build`,
            ]
          : []),
        ...describeMissingPrograms(state.context.project.foreign.declared, root),
        ...describePlace(release.version, history, {
          store: folderOrUrl(root, history.store.url),
          missing: options.missingVersion,
        }),
      ],
    },
    styleFor(process.stdout),
  );
  logger.info(`${lines.join('\n')}\n`);
}

/** Returns the address of a store for people: a folder of the app from its root. */
function folderOrUrl(root: string, url: string): string {
  const relative = path.isAbsolute(url) ? path.relative(root, url) : '..';
  return relative.startsWith('..') ? url : normalizePath(relative);
}

/** Runs a build without Vite's list of files: the names of a server's chunks mean nothing to people. */
async function withoutDetails<T>(logger: Logger, run: () => Promise<T>): Promise<T> {
  const { info } = logger;
  // Relies on: an environment names itself to the logger of the configuration.
  logger.info = (text, options) => {
    if (options?.environment === undefined) info(text, options);
  };
  try {
    return await run();
  } finally {
    logger.info = info;
  }
}
