import fs from 'node:fs';
import path from 'node:path';
import type { Manifest } from '@gati/contract';
import { count } from '@gati/contract/internal';
import { normalizePath, type Plugin, type ResolvedConfig, type ViteBuilder } from 'vite';
import type { BuildState } from './build-state.ts';
import { bundleOlderReleases } from '../build/bundle-older-releases.ts';
import { CLIENT_DIR, SERVER_DIR } from '../build/environments.ts';
import { sizeOf, writeOutputs } from '../build/outputs.ts';
import { changelogReleases } from '../build/release.ts';
import { describePlace, describeRelease } from '../build/report.ts';
import { writeSdk } from '../build/sdk/write-sdk.ts';
import { ENVIRONMENT } from '../environment-name.ts';
import { hasClient } from '../files/has-client.ts';
import type { NativeTracer } from './native.ts';

/** Bundles the server, then the client if there is one, then writes the files beside them. */
export function buildAppPlugin(state: BuildState, native: NativeTracer): Plugin {
  return {
    name: 'gati:build:app',
    apply: 'build',
    sharedDuringBuild: true,
    buildApp: {
      order: 'post',
      async handler(builder) {
        try {
          const manifest = await bundleServerAndClient(builder, state);
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
): Promise<Manifest | undefined> {
  const { config, environments } = builder;
  const { client, [ENVIRONMENT]: server } = environments;
  const output = server && !server.isBuilt ? await builder.build(server) : undefined;
  const { manifest, context } = state;
  if (manifest && manifest.release.version !== state.generatedVersion)
    await context.project.generate(await context.analysis(), manifest.release.version);
  if (client && !client.isBuilt && hasClient(config)) await builder.build(client);
  const isWritten = output && !('close' in output) && server!.config.build.write !== false;
  return isWritten ? manifest : undefined;
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
    logger.info(`gati: copying ${manifest.native.packages.map(({ name }) => name).join(', ')} …`);
    await native.copy(root, serverDir);
  }
  for (const file of state.publicAssets)
    fs.cpSync(path.join(serverDir, file), path.join(outDir, CLIENT_DIR, file));
  const history = await state.history();
  const { base, missingVersion } = state.context.project.options;
  const releases = await changelogReleases(manifest, history);
  const store = {
    url: history.store.url,
    versions: history.releases.map(({ version }) => version),
  };
  const [sdk] = await Promise.all([
    writeSdk({ root, releases, base, store }),
    writeOutputs(outDir, releases, base),
  ]);
  const { scan } = await state.context.analysis();
  const bundled = await bundleOlderReleases(history, {
    own: manifest.release.version,
    folder: path.join(serverDir, 'releases'),
    migrated: scan.versions.map(({ from }) => from),
  });
  const { name, release } = manifest;
  const { files, bytes } = await sizeOf(serverDir);
  const folder = normalizePath(path.relative(root, outDir)) || '.';
  const lines = [
    `${name} ${release.version} (${release.id}), server ${kB(bytes)} in ${count(files, 'file')}, ${sdk.file} ${kB(sdk.bytes)}`,
    ...(sdk.isOther
      ? [
          `${sdk.file} stays that of release ${release.version} in another store; delete it to get one of this build`,
        ]
      : []),
    ...describeRelease(manifest, bundled),
    ...describePlace(release.version, history, {
      store: folderOrUrl(root, history.store.url),
      missing: missingVersion,
    }),
    `run it with \`node ${folder}/${SERVER_DIR}/index.mjs\`, make its image with \`docker build ${folder}\``,
  ];
  for (const line of lines) logger.info(`gati: ${line}`);
}

/** Returns the address of a store for people: a folder of the app from its root. */
function folderOrUrl(root: string, url: string): string {
  const relative = path.isAbsolute(url) ? path.relative(root, url) : '..';
  return relative.startsWith('..') ? url : normalizePath(relative);
}

const kB = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;
