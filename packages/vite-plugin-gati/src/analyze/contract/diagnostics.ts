import type { Diagnostic, GatiCode } from '@gati/contract';
import type { Node } from 'typescript-7/unstable/ast';
import type { ProgramSnapshot } from '../program-snapshot.ts';

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
    node: Node,
    level: Diagnostic['level'] = 'warning',
  ): void {
    const source = node.getSourceFile();
    const place = this.#snapshot.files.place(source.fileName, source.text, node.getStart(source));
    const diagnostic: Diagnostic = { code, level, message, fix, ...place };
    this.#found.set(`${code} ${place.file}:${place.line}:${place.column} ${message}`, diagnostic);
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

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
