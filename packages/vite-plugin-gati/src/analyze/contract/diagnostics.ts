import type { Diagnostic, GatiCode } from '@gati/contract';
import type { Node } from 'typescript-7/unstable/ast';
import type { ProgramSnapshot } from '../program-snapshot.ts';
import type { SourcePlace, TypeIssue } from '../types/schema-context.ts';

/** Collects the warnings and errors of one route or effect: each once, sorted by place. */
export class DiagnosticCollector {
  readonly #snapshot: ProgramSnapshot;
  readonly #found = new Map<string, Diagnostic>();

  constructor(snapshot: ProgramSnapshot) {
    this.#snapshot = snapshot;
  }

  add(
    code: GatiCode,
    message: string,
    fix: string,
    at: Node | SourcePlace,
    level: Diagnostic['level'] = 'warning',
  ): void {
    const { source, position } = 'position' in at ? at : startOf(at);
    const place = this.#snapshot.files.place(source.fileName, source.text, position);
    const diagnostic: Diagnostic = { code, level, message, fix, ...place };
    this.#found.set(`${code} ${place.file}:${place.line}:${place.column} ${message}`, diagnostic);
  }

  /**
   * Adds the issues of a type, at `node` unless they have a place.
   *
   * @param definition name of the type, if `node` does not show it
   */
  addIssues(issues: readonly TypeIssue[], node: Node, definition?: string): void {
    for (const { code, message, fix, place } of issues) {
      const suffix = place || definition === undefined ? '' : ` (in ${definition})`;
      this.add(code, message + suffix, fix, place ?? node);
    }
  }

  /** Removes the warnings with these codes. */
  drop(codes: ReadonlySet<string>): void {
    for (const [key, { code, level }] of this.#found)
      if (level === 'warning' && codes.has(code)) this.#found.delete(key);
  }

  list(): Diagnostic[] {
    return [...this.#found.values()].sort(
      (a, b) =>
        compare(a.file ?? '', b.file ?? '') ||
        (a.line ?? 0) - (b.line ?? 0) ||
        (a.column ?? 0) - (b.column ?? 0) ||
        compare(a.code, b.code) ||
        compare(a.message, b.message),
    );
  }
}

function startOf(node: Node): SourcePlace {
  const source = node.getSourceFile();
  return { source, position: node.getStart(source) };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
