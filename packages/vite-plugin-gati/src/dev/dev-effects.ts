import type { Diagnostic } from '@gati/contract';
import type { BundleEffect } from '@gati/runtime-h3/app';
import { compilePayload } from '../compile/compile-checks.ts';
import type { Project } from '../project.ts';
import type { EffectFile, Scan } from '../scan/types.ts';
import { diagnoseError } from './diagnose-error.ts';
import type { DiagnosticReporter } from './diagnostic-reporter.ts';
import type { ModuleLoader } from './module-loader.ts';

/** The app's effects in development. An edit replaces an effect in the running engine. */
export interface DevEffects {
  /** Effects by name. The same object for the life of the server. */
  readonly bundled: Record<string, BundleEffect>;
  /** Applies a scan. Effects whose file is in `changed` are replaced. */
  sync(scan: Scan, changed: Set<string>): Promise<void>;
  /** Reads the payload types of all effects. Needed before the first job is enqueued. */
  readAllPayloads(): Promise<void>;
}

interface DevEffectsDependencies {
  project: Project;
  code: ModuleLoader;
  reporter: DiagnosticReporter;
  /** Whether a context exists that can enqueue jobs. */
  hasContext(): boolean;
}

export function createDevEffects({
  project,
  code,
  reporter,
  hasContext,
}: DevEffectsDependencies): DevEffects {
  const bundled: Record<string, BundleEffect> = {};
  const files = new Map<string, EffectFile>();

  function remove(name: string): void {
    files.delete(name);
    delete bundled[name];
    reporter.delete(`effect ${name}`);
  }

  async function replace(entry: EffectFile): Promise<void> {
    const { name, file } = entry;
    files.set(name, entry);
    let loaded: Promise<unknown> | undefined;
    const load = (): Promise<unknown> => {
      loaded ??= code.load(file);
      loaded.catch(() => (loaded = undefined));
      return loaded;
    };
    // The engine calls `load` each time that it looks for jobs.
    const effect: BundleEffect = { load: load as BundleEffect['load'] };
    // Without a context no job can be enqueued yet, and creating one reads all payloads.
    if (hasContext()) await readPayload(entry, effect);
    bundled[name] = effect;
  }

  /** Reports the diagnostics of an effect, unless it was removed or replaced in the meantime. */
  function report(entry: EffectFile, diagnostics: Diagnostic[]): void {
    if (files.get(entry.name) === entry) reporter.set(`effect ${entry.name}`, diagnostics);
  }

  async function readPayload(entry: EffectFile, effect: BundleEffect): Promise<void> {
    const { file } = entry;
    try {
      const analyzed = await (await project.analyzer()).effect(entry);
      report(entry, analyzed.warnings);
      const exports = analyzed.values === undefined ? {} : await effect.load();
      const payload = compilePayload(analyzed, exports as Record<string, unknown>);
      if (payload) effect.payload = payload;
    } catch (error) {
      report(entry, [diagnoseError(error, project.root, file)]);
    }
  }

  return {
    bundled,
    async sync(scan, changed) {
      const kept = new Set(scan.effects.map(({ name }) => name));
      for (const name of files.keys()) if (!kept.has(name)) remove(name);
      const edited = scan.effects.filter(
        ({ name, file }) => files.get(name)?.file !== file || changed.has(file),
      );
      await Promise.all(edited.map(replace));
    },
    async readAllPayloads() {
      await Promise.all(
        [...files.values()].map((entry) => readPayload(entry, bundled[entry.name]!)),
      );
    },
  };
}
