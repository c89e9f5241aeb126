import path from 'node:path';
import { normalizePath } from 'vite';
import type { PluginContext } from '../context.ts';
import { isDeclaration } from '../foreign/read-declarations.ts';
import { roleOf } from '../scan/layout.ts';
import { isMigration } from '../scan/read-migrations.ts';
import type { Scan } from '../scan/types.ts';
import { createBatches } from './batches.ts';
import type { ConfigFiles } from './config-files.ts';
import type { DevApp } from './dev-app.ts';
import type { DevForeign } from './dev-foreign.ts';
import type { DevMigrations } from './dev-migrations.ts';
import type { FileSnapshots } from './file-snapshots.ts';
import type { Generator } from './generate-in-background.ts';
import type { MissedChanges } from './missed-changes.ts';
import type { ModuleLoader } from './module-loader.ts';
import { type FileChange, readChange, type ReadChange } from './read-change.ts';
import type { Resolutions } from './resolutions.ts';

/** Applies changes of files and configurations to the app of a development server. */
export interface Changes {
  /** Applies the change of a file. Resolves when it is applied. */
  apply(change: FileChange): Promise<void>;
  /** Applies an edit of a configuration, which any module may depend on. */
  reloadAll(): Promise<void>;
  /**
   * Invalidates modules whose imports resolve differently now. The resolver may have read the disk
   * between two of many changes, and may have cached that state.
   */
  refreshResolutions(): Promise<void>;
  /** Applies new contracts of foreign modules. */
  applyModules(): Promise<void>;
}

interface ChangesDependencies {
  root: string;
  /** Resolves when the app has started. No change is applied before. */
  ready: Promise<void>;
  context: PluginContext;
  code: ModuleLoader;
  resolutions: Resolutions;
  configs: ConfigFiles;
  snapshots: FileSnapshots;
  missed: MissedChanges;
  migrations: DevMigrations;
  foreign: DevForeign;
  devApp: DevApp;
  generator: Generator;
  /** Returns the scan with all changes so far. */
  latestScan(): Scan;
  /** Reports an app without handlers. */
  checkHandlers(): void;
}

/** A change whose file is read, with its effect on imports. */
interface AppliedChange extends ReadChange {
  changesResolutions: boolean;
  rereadsConfigs: boolean;
}

export function createChanges({
  root,
  ready,
  context,
  code,
  resolutions,
  configs,
  snapshots,
  missed,
  migrations,
  foreign,
  devApp,
  generator,
  latestScan,
  checkHandlers,
}: ChangesDependencies): Changes {
  const { project } = context;
  let lastRead: Promise<unknown> = Promise.resolve();

  /** Applies changes together: 200 files of a checkout are one change of the app. */
  const batches = createBatches(async (changes: AppliedChange[]) => {
    const changed = new Set<string>();
    if (changes.some((change) => change.changesResolutions)) {
      if (changes.some((change) => change.rereadsConfigs)) await resolutions.rereadConfigs();
      const stale = await resolutions.findStale();
      for (const file of await code.invalidate(stale, Date.now())) changed.add(file);
    }
    project.update(new Map(changes.map(({ file, text }) => [file, text])));
    for (const { affected } of changes) for (const file of affected) changed.add(file);
    for (const file of await project.invalidate(changes.map(({ file }) => file))) changed.add(file);
    context.invalidate();
    if (changes.some(({ file }) => isDeclaration(file))) await foreign.sync();
    if (changes.some(({ file }) => isMigration(file))) await migrations.apply();
    await devApp.apply(latestScan(), changed);
    checkHandlers();
    generator.schedule(latestScan(), changed);
  });

  /**
   * Returns a change as `create` if the watcher reports the creation of a file as an edit. It does so
   * when the file was deleted within the 100 ms before.
   */
  function correctType(change: FileChange): FileChange {
    const { type, file } = change;
    const isKnown =
      roleOf(path.posix.relative(root, file)) !== undefined || resolutions.leadTo(file);
    return type === 'update' && !isKnown ? { ...change, type: 'create' } : change;
  }

  return {
    async apply(reported) {
      const change = correctType(reported);
      if (changesResolutions(change)) resolutions.filesChanged();
      await ready;
      // One after another, so that older content never replaces newer content.
      const reading = lastRead.then(() => readChange(change, { root, code, missed, snapshots }));
      lastRead = reading.catch(() => undefined);
      const read = await reading;
      if (!read) return;
      // The full reload that Vite sends for a configuration applies the change.
      if (configs.changed(change.file)) return;
      const isMove = changesResolutions(change);
      await batches.add({
        ...read,
        changesResolutions: isMove,
        rereadsConfigs: isMove && reported.type === 'update',
      });
    },
    async reloadAll(): Promise<void> {
      const edited = await configs.refresh();
      await resolutions.rereadConfigs();
      const changed = await code.invalidateAll();
      const files = edited.map((file) => normalizePath(path.relative(root, file)));
      for (const file of await project.invalidate(files)) changed.add(file);
      context.invalidate();
      await devApp.apply(latestScan(), changed);
      generator.schedule(latestScan(), changed);
    },
    async refreshResolutions(): Promise<void> {
      resolutions.filesChanged();
      await resolutions.rereadConfigs();
      const changed = await code.invalidate(await resolutions.findStale(), Date.now());
      if (changed.size > 0) await devApp.apply(latestScan(), changed);
    },
    async applyModules(): Promise<void> {
      context.invalidate();
      const scan = latestScan();
      await devApp.apply(scan);
      generator.schedule(
        scan,
        scan.routes.map(({ file }) => file),
      );
    },
  };
}

/** Whether imports may resolve differently after a change. */
function changesResolutions({ type, file }: FileChange): boolean {
  return type !== 'update' || path.basename(file) === 'package.json';
}
