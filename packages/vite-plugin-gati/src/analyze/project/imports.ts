import type { Node } from 'typescript-7/unstable/ast';
import type { Host } from '../host/host.ts';
import { isStringLiteral } from '../walk/syntax.ts';

interface FileNode {
  /** Absolute; files of packages are left out. */
  imports: string[];
  /** A relative import leads nowhere: the file may come later. */
  dangling: boolean;
  /** Reads `gctx.modules` (or something of that name), so modules count as imported. */
  readsModules: boolean;
  readsConfig: boolean;
}

/** Who imports whom, as the compiler resolved it. Kept for files that do not change. */
export class ImportGraph {
  readonly #nodes = new Map<string, FileNode>();

  forget(files: readonly string[]): void {
    for (const file of files) this.#nodes.delete(file);
  }

  /** Nothing that was not found can be trusted once files come. */
  forgetDangling(): void {
    for (const [file, node] of this.#nodes) if (node.dangling) this.#nodes.delete(file);
  }

  clear(): void {
    this.#nodes.clear();
  }

  /** Reads the graph below these files, a level at a time: one question each. */
  load(host: Host, roots: readonly string[]): void {
    let frontier = [...new Set(roots)].filter((file) => !this.#nodes.has(file));
    while (frontier.length > 0) {
      const specifiers: { file: string; node: Node; text: string }[] = [];
      for (const file of frontier) {
        const source = host.source(file);
        const text = source?.text ?? '';
        this.#nodes.set(file, {
          imports: [],
          dangling: source === undefined,
          readsModules: /\bmodules\b/.test(text),
          readsConfig: /\bconfig\b/.test(text),
        });
        for (const node of source?.imports ?? []) if (isStringLiteral(host, node)) specifiers.push({ file, node, text: node.text });
      }
      const symbols = host.symbolsAt(specifiers.map(({ node }) => node));
      const next = new Set<string>();
      for (const [index, { file, text }] of specifiers.entries()) {
        const target = symbols[index]?.declarations[0]?.file;
        const from = this.#nodes.get(file)!;
        if (!target) from.dangling ||= text.startsWith('.') || text.startsWith('/');
        else if (!target.includes('/node_modules/')) {
          from.imports.push(target);
          if (!this.#nodes.has(target)) next.add(target);
        }
      }
      frontier = [...next];
    }
  }

  /** All files below one, itself included. */
  closure(file: string): { files: Set<string>; dangling: boolean; readsModules: boolean; readsConfig: boolean } {
    const result = { files: new Set<string>(), dangling: false, readsModules: false, readsConfig: false };
    const queue = [file];
    for (let each = queue.pop(); each !== undefined; each = queue.pop()) {
      if (result.files.has(each)) continue;
      result.files.add(each);
      const node = this.#nodes.get(each);
      if (!node) continue;
      result.dangling ||= node.dangling;
      result.readsModules ||= node.readsModules;
      result.readsConfig ||= node.readsConfig;
      queue.push(...node.imports);
    }
    return result;
  }
}
