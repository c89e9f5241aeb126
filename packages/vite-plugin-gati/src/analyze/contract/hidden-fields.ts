import { type Node, SyntaxKind as K } from 'typescript-7/unstable/ast';
import { isFunctionNode, visit } from '../compiler/syntax.ts';
import type { FunctionNode } from '../interpret/state/values.ts';
import type { ProgramSnapshot } from '../program-snapshot.ts';
import type { DiagnosticCollector } from './diagnostics.ts';

/**
 * Warns about `const guard: Guard = …` that returns something: a declared type hides from handlers
 * what the function returns, unless the file declares it as `Local`.
 */
export function reportHiddenFields(
  snapshot: ProgramSnapshot,
  file: string,
  fn: FunctionNode,
  diagnostics: DiagnosticCollector,
): void {
  const { compiler } = snapshot;
  const exports = compiler.moduleExports(snapshot.files.absolute(file));
  const symbol = exports.get('guard');
  if (!symbol || exports.has('Local')) return;
  const declaration = compiler.target(symbol).declarations[0]?.node();
  if (!declaration || compiler.kind(declaration) !== K.VariableDeclaration) return;
  const { type } = declaration as unknown as { type?: Node };
  if (!type || !returnsValue(snapshot, fn)) return;
  diagnostics.add(
    'GATI_GUARD_UNTYPED',
    'The declared type of this guard hides what it returns, so `lctx` has none of its fields in handlers.',
    'Write `export const guard = (async (req, gctx, lctx) => { … }) satisfies Guard`, or declare the fields: `export type Local = { … }`.',
    type,
  );
}

function returnsValue({ compiler }: ProgramSnapshot, fn: FunctionNode): boolean {
  const body = fn.body as Node | undefined;
  if (!body) return false;
  if (compiler.kind(body) !== K.Block) return true;
  let found = false;
  visit(body, (node) => {
    if (isFunctionNode(compiler, node)) return false;
    const { expression } = node as unknown as { expression?: Node };
    if (compiler.kind(node) === K.ReturnStatement && expression) found = true;
    return undefined;
  });
  return found;
}
