import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Node } from 'typescript-7/unstable/ast';
import { hashOf } from '../cache/file-hashes.ts';
import type { Compiler } from '../compiler/compiler.ts';
import { isStringLiteral } from '../compiler/syntax.ts';

interface FileNode {
  /**
   * Hash of the text that the compiler read, without insertions. The file may have changed since.
   * Absent if the compiler read no such file.
   */
  hash: string | undefined;
  /** Absolute names, without files of packages. */
  imports: string[];
  /** An import does not resolve. Its file may be created later. */
  hasUnresolved: boolean;
  /**
   * Words of the file, if it mentions `modules` or `config`: such a file depends on parts of `gctx`
   * that it does not import.
   */
  words: ReadonlySet<string> | undefined;
}

/** Imports that a bundler resolves and a compiler does not. */
const ASSET =
  /\?|\.(css|s[ac]ss|less|styl|vue|svelte|astro|svg|png|jpe?g|gif|webp|avif|ico|json|html|md|txt|wasm|graphql|gql)$/;

/**
 * Returns the last name of a specifier that may lead to a file: `dep` for `lib/dep.ts`,
 * `lib/dep.d.ts` and `lib/dep/index.ts`.
 */
export function importName(file: string): string {
  const slash = file.lastIndexOf('/');
  const stem = stemOf(file, slash + 1);
  if (stem !== 'index' || slash < 0) return stem.toLowerCase();
  return file.slice(file.lastIndexOf('/', slash - 1) + 1, slash).toLowerCase();
}

/** Returns the name that starts at an index, up to its first dot. */
function stemOf(file: string, start: number): string {
  const dot = file.indexOf('.', start);
  return dot < 0 ? file.slice(start) : file.slice(start, dot);
}

/** Whether a specifier names a package that is installed, or a module that no file provides. */
function isPackage(file: string, specifier: string): boolean {
  if (/^[./#]/.test(specifier)) return false;
  const name = /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? '';
  if (name === '' || specifier.includes(':')) return true;
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    if (existsSync(`${folder}/node_modules/${name}`)) return true;
    if (dirname(folder) === folder) return false;
  }
}

/** A file with all files that it imports, directly or not. */
export interface Closure {
  files: Set<string>;
  hasUnresolved: boolean;
  /** The words of the files that have any. */
  words: ReadonlySet<string>[];
}

function wordsOf(text: string): ReadonlySet<string> | undefined {
  return /\b(modules|config)\b/.test(text) ? new Set(text.match(/[A-Za-z_$][\w$]*/g)) : undefined;
}

/**
 * Which file imports which, as the compiler resolved it. Files that do not change keep their
 * entries.
 */
export class ImportGraph {
  readonly #original: (file: string, text: string) => string;
  readonly #nodes = new Map<string, FileNode>();
  /** Valid until a file is added or forgotten. */
  readonly #closures = new Map<string, Closure>();

  /** @param original removes insertions from the analysed text of a file */
  constructor(original: (file: string, text: string) => string) {
    this.#original = original;
  }

  /** Returns the hash of what was read of a file (absolute); `undefined` if that is unknown. */
  hashOf(file: string): string | undefined {
    return this.#nodes.get(file)?.hash;
  }

  forget(files: readonly string[]): void {
    for (const file of files) this.#nodes.delete(file);
    if (files.length > 0) this.#closures.clear();
  }

  /**
   * Forgets files whose imports may resolve differently now that these files were added or removed:
   * imports that did not resolve, and imports of a file of the same name.
   */
  forgetResolutions(files: readonly string[]): void {
    const names = new Set(files.map(importName));
    for (const [file, { hasUnresolved, imports }] of this.#nodes)
      if (hasUnresolved || imports.some((target) => names.has(importName(target))))
        this.#nodes.delete(file);
    this.#closures.clear();
  }

  clear(): void {
    this.#nodes.clear();
    this.#closures.clear();
  }

  /** Reads the imports of these files, level by level: one question to the compiler per level. */
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
        if (!target) from.hasUnresolved ||= !ASSET.test(text) && !isPackage(file, text);
        else if (!target.includes('/node_modules/')) {
          from.imports.push(target);
          if (!this.#nodes.has(target)) next.add(target);
        }
      }
      frontier = [...next];
    }
  }

  /** Returns a file and all files that it imports, from the loaded graph. */
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
