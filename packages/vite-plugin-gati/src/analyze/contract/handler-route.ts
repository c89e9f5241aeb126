import { type Node, type SourceFile, SyntaxKind as K } from 'typescript-7/unstable/ast';
import { isIdentifier, isStringLiteral, visit } from '../compiler/syntax.ts';
import type { ProgramSnapshot } from '../program-snapshot.ts';
import type { DiagnosticCollector } from './diagnostics.ts';

/** Types whose argument is the route of the file. */
const OF_ROUTE = new Set(['Handler', 'Args', 'RouteLocal', 'Socket']);
/** Types whose argument is the folder of the file. */
const OF_FOLDER = new Set(['Guard', 'Middleware']);

/**
 * Reports `Handler<'GET /x/:idd'>` in a file whose route differs: its types are not those of the
 * route.
 */
export function reportOtherRoute(
  snapshot: ProgramSnapshot,
  source: SourceFile,
  route: string,
  diagnostics: DiagnosticCollector,
): void {
  forEachOther(snapshot, source, OF_ROUTE, route, (name, found) =>
    diagnostics.add(
      'GATI_HANDLER_ROUTE',
      `\`${name}<'${found.text}'>\` is the type of another route: this file's is '${route}'.`,
      `Write \`${name}<'${route}'>\`, or \`${name}<typeof route>\` with an exported \`route\`.`,
      found,
      'error',
    ),
  );
}

/** Reports `Guard<'/b'>` in the folder `/a`: it would type `lctx` as in the folder `/b`. */
export function reportOtherFolder(
  snapshot: ProgramSnapshot,
  source: SourceFile,
  folder: string,
  diagnostics: DiagnosticCollector,
): void {
  forEachOther(snapshot, source, OF_FOLDER, folder, (name, found) =>
    diagnostics.add(
      'GATI_HANDLER_ROUTE',
      `\`${name}<'${found.text}'>\` is the type of another folder: this file's is '${folder}'.`,
      `Write \`${name}<'${folder}'>\`.`,
      found,
      'error',
    ),
  );
}

/** Finds uses of these types whose argument is a literal that differs from the expected one. */
function forEachOther(
  { compiler }: ProgramSnapshot,
  source: SourceFile,
  types: ReadonlySet<string>,
  expected: string,
  report: (name: string, found: Node & { text: string }) => void,
): void {
  visit(source, (node) => {
    if (compiler.kind(node) !== K.TypeReference) return;
    const { typeName, typeArguments } = node as unknown as {
      typeName: Node;
      typeArguments?: readonly Node[];
    };
    if (!isIdentifier(compiler, typeName) || !types.has(typeName.text)) return;
    const literal = (typeArguments?.[0] as { literal?: Node } | undefined)?.literal;
    if (isStringLiteral(compiler, literal) && literal.text !== expected)
      report(typeName.text, literal);
  });
}
