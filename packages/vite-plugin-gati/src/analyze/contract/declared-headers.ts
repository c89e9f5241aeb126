import { type ResponseContract, refName, type Schema } from '@gati/contract';
import { FRAMING_HEADERS, textFormOf } from '@gati/contract/internal';
import type { Node } from 'typescript-7/unstable/ast';
import type { SymbolView, TypeView } from '../compiler/compiler.ts';
import type { ProgramSnapshot } from '../program-snapshot.ts';
import type { DiagnosticCollector } from './diagnostics.ts';

type Responses = Record<string, ResponseContract>;

/**
 * Replaces the headers of each status that `export type ResponseHeaders` lists: declared headers
 * take precedence over those in the code.
 */
export function applyDeclaredHeaders(
  snapshot: ProgramSnapshot,
  exports: Map<string, SymbolView>,
  responses: Responses,
  diagnostics: DiagnosticCollector,
): Responses {
  const symbol = exports.get('ResponseHeaders');
  const node = symbol?.declarations[0]?.node();
  if (!symbol || !node) return responses;
  const { compiler } = snapshot;
  const declared = { ...responses };
  for (const { name: status, type } of compiler.properties(
    compiler.declaredType(compiler.target(symbol)),
  )) {
    if (!Object.hasOwn(responses, status)) {
      diagnostics.add(
        'GATI_RESPONSE_MISMATCH',
        `\`ResponseHeaders\` has headers for ${status}, but the route has no response with this status.`,
        `Name a status of the route (${Object.keys(responses).join(', ')}), or declare the response: \`export type Responses = { ${status}: … }\`.`,
        node,
        'error',
      );
      continue;
    }
    const headers = headersOf(snapshot, type, diagnostics, node);
    const { headers: _, ...response } = responses[status]!;
    declared[status] = { ...response, ...(headers && { headers }) };
  }
  return declared;
}

/** Writes a type such as `{ 'x-total': number; link?: string }` as the schema of headers. */
function headersOf(
  snapshot: ProgramSnapshot,
  type: TypeView,
  diagnostics: DiagnosticCollector,
  node: Node,
): Schema | undefined {
  const { schema, issues } = snapshot.responses.write(type, { inline: true });
  diagnostics.addIssues(issues, node);
  const required = new Set(schema.required);
  const properties = Object.entries(schema.properties ?? {}).filter(([name, field]) => {
    const reason = whyNoHeader(snapshot, name.toLowerCase(), field);
    if (reason !== undefined)
      diagnostics.add(
        'GATI_RESPONSE_MISMATCH',
        `\`ResponseHeaders\` can't have \`${name}\`: ${reason}.`,
        'Declare headers that the handler sets, each as a string, a number, a boolean, or a list of them.',
        node,
        'error',
      );
    return reason === undefined;
  });
  if (properties.length === 0) return undefined;
  const names = properties.map(([name]) => name).filter((name) => required.has(name));
  return {
    type: 'object',
    properties: Object.fromEntries(properties.map(([name, field]) => [name.toLowerCase(), field])),
    ...(names.length > 0 && { required: names.map((name) => name.toLowerCase()) }),
  };
}

function whyNoHeader(snapshot: ProgramSnapshot, name: string, field: Schema): string | undefined {
  if (FRAMING_HEADERS.has(name)) return 'the server sets this header';
  if (name === 'content-type') return 'the content type follows from the body';
  const { kind } = textFormOf(
    field,
    'headers',
    (ref) => snapshot.responses.definitions.get(refName(ref))?.schema,
  );
  return kind === 'text' || kind === 'list' ? undefined : 'its value is not a string';
}
