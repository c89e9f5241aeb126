import { existsSync } from 'node:fs';
import type { FileChanges, Compiler } from './compiler/compiler.ts';
import { type Engine, openCompiler } from './compiler/open-compiler.ts';
import { ImportGraph } from './project/import-graph.ts';
import type { ProjectFiles } from './project/project-files.ts';
import { ProgramSnapshot } from './program-snapshot.ts';

/** The running compiler: opened late, brought up to date before each question. */
export class LazyCompiler {
  readonly graph: ImportGraph;
  readonly #files: ProjectFiles;
  readonly #engine: Engine;
  #compiler: Compiler | undefined;
  #opening: Promise<Compiler> | undefined;
  #snapshot: ProgramSnapshot | undefined;
  #changed = new Set<string>();
  #closed = false;

  constructor(files: ProjectFiles, engine: Engine) {
    this.#files = files;
    this.graph = new ImportGraph((file, text) => files.original(file, text));
    this.#engine = engine;
  }

  get compiler(): Compiler | undefined {
    return this.#compiler;
  }

  /** Files that changed, came or went, and files of the overlay that read otherwise now. Absolute. */
  change(files: readonly string[]): void {
    for (const file of files) this.#changed.add(file);
    this.graph.forget(files);
  }

  async open(): Promise<ProgramSnapshot> {
    if (this.#closed) throw new Error('The analyzer is closed.');
    if (!this.#compiler) {
      // It reads the files as they are now; what changes while it starts may have been read before or after, so that is told again.
      if (!this.#opening) this.#changed = new Set();
      this.#opening ??= openCompiler(this.#engine, this.#files.compilerOptions());
      this.#compiler = await this.#opening;
      this.#opening = undefined;
    }
    return this.#fresh(this.#compiler);
  }

  #fresh(compiler: Compiler): ProgramSnapshot {
    if (this.#changed.size > 0) {
      const changes = this.#toChanges(compiler, [...this.#changed]);
      this.#changed = new Set();
      this.#files.touch(changes);
      if (changes.created.length > 0 || changes.deleted.length > 0) this.graph.forgetUnresolved();
      compiler.update(changes);
      this.#snapshot = undefined;
    }
    return (this.#snapshot ??= new ProgramSnapshot(compiler, this.#files));
  }

  #toChanges(compiler: Compiler, files: readonly string[]): FileChanges {
    const changes = { changed: [] as string[], created: [] as string[], deleted: [] as string[] };
    for (const file of files) {
      const virtual = file === this.#files.registryFile || file === this.#files.configFile;
      if (virtual || existsSync(file))
        changes[
          virtual || compiler.source(file) || !file.endsWith('.ts') ? 'changed' : 'created'
        ].push(file);
      else changes.deleted.push(file);
    }
    return changes;
  }

  /** After a failure of the compiler itself: the next question starts a new one. */
  restart(): void {
    try {
      this.#compiler?.close();
    } catch {
      // It is gone already.
    }
    this.#compiler = undefined;
    this.#snapshot = undefined;
    this.#changed = new Set();
    this.graph.clear();
  }

  close(): void {
    this.restart();
    this.#closed = true;
  }
}
