import fs from 'node:fs';
import path from 'node:path';
import { createBuilder, createLogger, type InlineConfig } from 'vite';
import { type Manifest, parseManifest } from '@gati/contract';
import gati, { type GatiOptions } from '../../src/index.ts';
import { root as repository } from '@gati/test-kit/repository';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';

export type Files = Record<string, string>;

/**
 * Creates an app in a new folder outside the repository, which uses the packages of the repository.
 */
export function makeApp(files: Files, name = 'app'): string {
  const app = temporaryFolder(`build-${name}`);
  write(app, {
    'package.json': JSON.stringify({ name, version: '1.2.3', type: 'module' }),
    ...files,
  });
  fs.symlinkSync(path.join(repository, 'node_modules'), path.join(app, 'node_modules'), 'dir');
  return app;
}

export function write(app: string, files: Files): void {
  for (const [file, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(app, file)), { recursive: true });
    fs.writeFileSync(path.join(app, file), text);
  }
}

export interface Built {
  manifest: Manifest;
  outDir: string;
  log: string[];
  warnings: string[];
}

/** Builds an app like plain `vite build`. */
export async function build(
  app: string,
  config: InlineConfig = {},
  options: GatiOptions = {},
): Promise<Built> {
  const log: string[] = [];
  const warnings: string[] = [];
  const logger = createLogger('info', { allowClearScreen: false });
  logger.info = (text) => void log.push(text);
  logger.warn = (text) => void warnings.push(text);
  logger.error = () => {};
  const builder = await createBuilder(
    {
      root: app,
      configFile: false,
      customLogger: logger,
      logLevel: 'warn',
      ...config,
      plugins: [gati(options), ...(config.plugins ?? [])],
    },
    null,
  );
  await builder.buildApp();
  const outDir = path.resolve(app, builder.config.build.outDir);
  return {
    manifest: parseManifest(fs.readFileSync(path.join(outDir, 'gati.manifest.json'), 'utf8')),
    outDir,
    log,
    warnings,
  };
}

/** Copies a build into an empty folder, and returns that folder. */
export function copyAway(outDir: string): string {
  const folder = temporaryFolder('moved');
  fs.cpSync(outDir, path.join(folder, 'dist'), { recursive: true });
  return folder;
}

/** Reads all files of a folder. Returns their texts by path from the folder, sorted. */
export function readAll(folder: string): Files {
  const names = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  return Object.fromEntries(
    names
      .filter((name) => fs.statSync(path.join(folder, name)).isFile())
      .map((name) => [name, fs.readFileSync(path.join(folder, name), 'utf8')]),
  );
}
