import { existsSync } from 'node:fs';
import type { Compiler, FileChanges } from './compiler/compiler.ts';
import { type Engine, openCompiler } from './compiler/open-compiler.ts';
import { ProgramSnapshot } from './program-snapshot.ts';
import { ImportGraph } from './project/import-graph.ts';
import type { ProjectFiles } from './project/project-files.ts';

/** Starts the compiler with the first question, and updates it before each later one. */
export class LazyCompiler {
  readonly graph: ImportGraph;
  readonly #files: ProjectFiles;
  readonly #engine: Engine;
  #running: Compiler | undefined;
  #starting: Promise<Compiler> | undefined;
  #snapshot: ProgramSnapshot | undefined;
  #changed = new Set<string>();
  #isClosed = false;

  constructor(files: ProjectFiles, engine: Engine) {
    this.#files = files;
    this.graph = new ImportGraph((file, text) => files.original(file, text));
    this.#engine = engine;
  }

  get running(): Compiler | undefined {
    return this.#running;
  }

  /**
   * Records files (absolute) that were changed, added or removed, and files of the overlay with a
   * new text.
   */
  change(files: readonly string[]): void {
    for (const file of files) this.#changed.add(file);
    this.graph.forget(files);
  }

  async open(): Promise<ProgramSnapshot> {
    if (this.#isClosed) throw new Error('The analyzer is closed.');
    if (!this.#running) {
      // The new compiler reads the current files, so earlier changes are done. A file that changes
      // while the compiler starts may be read before or after the change, so such changes are
      // reported again.
      if (!this.#starting) this.#changed = new Set();
      this.#starting ??= openCompiler(this.#engine, this.#files.compilerOptions());
      this.#running = await this.#starting;
      this.#starting = undefined;
    }
    return this.#update(this.#running);
  }

  #update(compiler: Compiler): ProgramSnapshot {
    if (this.#changed.size > 0) {
      const changes = this.#fileChanges(compiler, [...this.#changed]);
      this.#changed = new Set();
      this.#files.touch(changes);
      this.graph.forgetResolutions([...changes.created, ...changes.deleted]);
      compiler.update(changes);
      this.#snapshot = undefined;
    }
    return (this.#snapshot ??= new ProgramSnapshot(compiler, this.#files));
  }

  #fileChanges(compiler: Compiler, files: readonly string[]): FileChanges {
    const changes = { changed: [] as string[], created: [] as string[], deleted: [] as string[] };
    for (const file of files) {
      const isVirtual = file === this.#files.registryFile || file === this.#files.configFile;
      if (!isVirtual && !existsSync(file)) changes.deleted.push(file);
      else if (isVirtual || compiler.source(file) || !/\.[cm]?[jt]sx?$/.test(file))
        changes.changed.push(file);
      else changes.created.push(file);
    }
    return changes;
  }

  /** Ends a compiler that failed. The next question starts a new one. */
  restart(): void {
    try {
      this.#running?.close();
    } catch {
      // Its process has ended already.
    }
    this.#running = undefined;
    this.#snapshot = undefined;
    this.#changed = new Set();
    this.graph.clear();
  }

  close(): void {
    this.restart();
    this.#isClosed = true;
  }
}
