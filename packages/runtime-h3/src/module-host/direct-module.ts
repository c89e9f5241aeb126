import path from 'node:path';
import { createTurns } from '../collections/in-turn.ts';
import type { ForeignDeclaration, ModuleDescriptor } from '../types/foreign.ts';
import { describeHttp } from './describe-http.ts';
import { moduleStartError } from './errors.ts';
import { parseSource, splitCommand } from './parse-source.ts';
import type { CheckDescriptor } from './supervised-module.ts';
import { describeWasm } from './wasm/describe-wasm.ts';

/** A module that workers call without a process: an address, or a file of WebAssembly. */
export class DirectModule {
  readonly #declaration: ForeignDeclaration;
  readonly #root: string;
  #source: string;
  #descriptor: ModuleDescriptor | undefined;
  /**
   * Runs swaps one after another, so that workers and this process use the same source afterwards.
   */
  readonly inTurn = createTurns();

  /** @param swapped source that an earlier swap chose */
  constructor(declaration: ForeignDeclaration, root: string, swapped?: string) {
    this.#declaration = declaration;
    this.#root = root;
    this.#source = swapped ?? declaration.run ?? declaration.source;
  }

  get source(): string {
    return this.#source;
  }
  get descriptor(): ModuleDescriptor | undefined {
    return this.#descriptor;
  }

  /**
   * Chooses another source of the same kind.
   *
   * @throws the reason why the module keeps its source
   */
  async swap(
    source: string,
    env: Readonly<Record<string, string | undefined>> | undefined,
    check: CheckDescriptor,
  ): Promise<ModuleDescriptor> {
    const { name } = this.#declaration;
    const { kind, target } = parseSource(name, source);
    if (kind !== parseSource(name, this.#source).kind)
      throw moduleStartError(name, `${source} is of another kind, so it needs a release.`);
    const descriptor =
      kind === 'wasm'
        ? await describeWasm(name, path.resolve(this.#root, splitCommand(target)[0]!))
        : await describeHttp({ ...this.#declaration, source }, env);
    await check(descriptor);
    this.#source = source;
    this.#descriptor = descriptor;
    return descriptor;
  }
}
