import type { Node } from 'typescript-7/unstable/ast';
import type { TypeIssue } from '../types/schema-context.ts';
import type { InterpreterApi } from './interpreter-api.ts';

/** Reports the issues of a type, at `node` unless they have a place. */
export function reportIssues(
  { report }: Pick<InterpreterApi, 'report'>,
  issues: readonly TypeIssue[],
  node: Node,
): void {
  for (const { code, message, fix, place } of issues) report(code, message, fix, place ?? node);
}
