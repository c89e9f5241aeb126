import { type Node, type SourceFile, SyntaxKind as K } from 'typescript-7/unstable/ast';
import { isIdentifier, isStringLiteral, visit } from '../compiler/syntax.ts';
import type { ProgramSnapshot } from '../program-snapshot.ts';
import type { DiagnosticCollector } from './diagnostics.ts';

/** Types whose argument is the route of the file. */
const TYPES = new Set(['Handler', 'Args', 'Socket']);

/** Reports `Handler<'GET /x/:idd'>` in a file with another route: its types are of no route. */
export function reportOtherRoute(
  { compiler }: ProgramSnapshot,
  source: SourceFile,
  route: string,
  diagnostics: DiagnosticCollector,
): void {
  visit(source, (node) => {
    if (compiler.kind(node) !== K.TypeReference) return;
    const { typeName, typeArguments } = node as unknown as {
      typeName: Node;
      typeArguments?: readonly Node[];
    };
    if (!isIdentifier(compiler, typeName) || !TYPES.has(typeName.text)) return;
    const literal = (typeArguments?.[0] as { literal?: Node } | undefined)?.literal;
    if (!isStringLiteral(compiler, literal) || literal.text === route) return;
    diagnostics.add(
      'GATI_HANDLER_ROUTE',
      `\`${typeName.text}<'${literal.text}'>\` is the type of another route: this file's is '${route}'.`,
      `Write \`${typeName.text}<'${route}'>\`, or \`${typeName.text}<typeof route>\` with an exported \`route\`.`,
      literal,
      'error',
    );
  });
}
