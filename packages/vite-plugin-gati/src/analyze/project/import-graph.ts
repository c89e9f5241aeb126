import type { Node } from 'typescript-7/unstable/ast';
import { hashOf } from '../cache/file-hashes.ts';
import type { Compiler } from '../compiler/compiler.ts';
import { isStringLiteral } from '../compiler/syntax.ts';

interface FileNode {
  /** Of the text that the compiler read, as the author wrote it: the file may hold another by now. Absent: it read none. */
  hash: string | undefined;
  /** Absolute; files of packages are left out. */
  imports: string[];
  /** A relative import leads nowhere: the file may come later. */
  hasUnresolved: boolean;
  /** Its words, where it speaks of `modules` or `config`: what `gctx` gives is not imported, but depended on. */
  words: ReadonlySet<string> | undefined;
}

/** What a bundler reads and a compiler does not. */
const ASSET =
  /\?|\.(css|s[ac]ss|less|styl|vue|svelte|astro|svg|png|jpe?g|gif|webp|avif|ico|json|html|md|txt|wasm|graphql|gql)$/;

export interface Closure {
  files: Set<string>;
  hasUnresolved: boolean;
  /** Of the files that have any. */
  words: ReadonlySet<string>[];
}

function wordsOf(text: string): ReadonlySet<string> | undefined {
  return /\b(modules|config)\b/.test(text) ? new Set(text.match(/[A-Za-z_$][\w$]*/g)) : undefined;
}

/** Who imports whom, as the compiler resolved it. Kept for files that do not change. */
export class ImportGraph {
  readonly #original: (file: string, text: string) => string;
  readonly #nodes = new Map<string, FileNode>();
  /** Good until a node comes or goes. */
  readonly #closures = new Map<string, Closure>();

  /** @param original the text on disk of a file whose analysed text is this one. */
  constructor(original: (file: string, text: string) => string) {
    this.#original = original;
  }

  /** What was read of a file (absolute); `undefined` where that is not known. */
  hashOf(file: string): string | undefined {
    return this.#nodes.get(file)?.hash;
  }

  forget(files: readonly string[]): void {
    for (const file of files) this.#nodes.delete(file);
    if (files.length > 0) this.#closures.clear();
  }

  /** Nothing that was not found can be trusted once files come. */
  forgetUnresolved(): void {
    for (const [file, node] of this.#nodes) if (node.hasUnresolved) this.#nodes.delete(file);
    this.#closures.clear();
  }

  clear(): void {
    this.#nodes.clear();
    this.#closures.clear();
  }

  /** Reads the graph below these files, a level at a time: one question each. */
  load(compiler: Compiler, roots: readonly string[]): void {
    let frontier = [...new Set(roots)].filter((file) => !this.#nodes.has(file));
    if (frontier.length > 0) this.#closures.clear();
    while (frontier.length > 0) {
      const specifiers: { file: string; node: Node; text: string }[] = [];
      for (const file of frontier) {
        const source = compiler.source(file);
        const text = source?.text ?? '';
        const hash = source && hashOf(this.#original(file, text));
        this.#nodes.set(file, {
          hash,
          imports: [],
          hasUnresolved: source === undefined,
          words: wordsOf(text),
        });
        for (const node of source?.imports ?? [])
          if (isStringLiteral(compiler, node)) specifiers.push({ file, node, text: node.text });
      }
      const symbols = compiler.symbolsAt(specifiers.map(({ node }) => node));
      const next = new Set<string>();
      for (const [index, { file, text }] of specifiers.entries()) {
        const target = symbols[index]?.declarations[0]?.file;
        const from = this.#nodes.get(file)!;
        if (!target) from.hasUnresolved ||= /^[./]/.test(text) && !ASSET.test(text);
        else if (!target.includes('/node_modules/')) {
          from.imports.push(target);
          if (!this.#nodes.has(target)) next.add(target);
        }
      }
      frontier = [...next];
    }
  }

  /** All files below one, itself included. */
  closure(file: string): Closure {
    const known = this.#closures.get(file);
    if (known) return known;
    const result: Closure = { files: new Set<string>(), hasUnresolved: false, words: [] };
    this.#closures.set(file, result);
    const queue = [file];
    for (let each = queue.pop(); each !== undefined; each = queue.pop()) {
      if (result.files.has(each)) continue;
      result.files.add(each);
      const node = this.#nodes.get(each);
      if (!node) continue;
      result.hasUnresolved ||= node.hasUnresolved;
      if (node.words) result.words.push(node.words);
      queue.push(...node.imports);
    }
    return result;
  }
}
