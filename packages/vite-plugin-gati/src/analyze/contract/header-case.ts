import type { Schema } from '@gati/contract';
import {
  type Node,
  type PropertyAccessExpression,
  SyntaxKind as K,
} from 'typescript-7/unstable/ast';
import type { TypeView } from '../compiler/compiler.ts';
import { isStringLiteral, unwrap, visit } from '../compiler/syntax.ts';
import type { ProgramSnapshot } from '../program-snapshot.ts';
import type { DiagnosticCollector } from './diagnostics.ts';

const CODE = 'GATI_HEADER_CASE';

/** Returns the names of declared headers that are not in lower case, at any place of the schema. */
export function misspelledHeaders(
  schema: Schema,
  definition: (schema: Schema) => Schema | undefined,
): string[] {
  const names = new Set<string>();
  const seen = new Set<Schema>();
  const collect = (part: Schema | undefined): void => {
    if (!part || seen.has(part)) return;
    seen.add(part);
    for (const name of Object.keys(part.properties ?? {})) if (hasUpperCase(name)) names.add(name);
    for (const member of [...(part.anyOf ?? []), ...(part.allOf ?? [])]) collect(member);
    if (part.$ref !== undefined) collect(definition(part));
  };
  collect(schema);
  return [...names].sort();
}

/** Reports declared headers that are not in lower case, each at its declaration if it is a type. */
export function reportDeclaredHeaders(
  snapshot: ProgramSnapshot,
  names: readonly string[],
  type: TypeView | undefined,
  diagnostics: DiagnosticCollector,
  node: Node,
): void {
  const { compiler } = snapshot;
  const properties = type?.tag === 'object' ? compiler.properties(type) : [];
  for (const name of names) {
    const property = properties.find((each) => each.name === name);
    const place = property?.symbol.declarations[0]?.node() ?? node;
    diagnostics.add(
      CODE,
      `No request has the header \`${name}\`: the names in \`req.headers\` are in lower case.`,
      `Write it in lower case: '${name.toLowerCase()}'.`,
      place,
      'error',
    );
  }
}

/** Reports `req.headers['X-Key']`, which is always `undefined`. */
export function reportReadHeaders(
  snapshot: ProgramSnapshot,
  fn: Node,
  diagnostics: DiagnosticCollector,
): void {
  const { compiler } = snapshot;
  visit(fn, (node) => {
    const kind = compiler.kind(node);
    if (kind !== K.PropertyAccessExpression && kind !== K.ElementAccessExpression) return;
    const { expression, name, argumentExpression } = node as unknown as {
      expression: Node;
      name?: { text: string };
      argumentExpression?: Node;
    };
    const key =
      name?.text ??
      (isStringLiteral(compiler, argumentExpression) ? argumentExpression.text : undefined);
    if (key === undefined || !hasUpperCase(key) || key in Object.prototype) return;
    if (!isRequestHeaders(snapshot, unwrap(compiler, expression))) return;
    diagnostics.add(
      CODE,
      `\`req.headers\` never has \`${key}\`: its names are in lower case.`,
      `Read \`req.headers['${key.toLowerCase()}']\`.`,
      node,
      'error',
    );
  });
}

/** Whether an expression is `req.headers`, under any name of the request. */
function isRequestHeaders(snapshot: ProgramSnapshot, node: Node): boolean {
  const { compiler } = snapshot;
  if (compiler.kind(node) !== K.PropertyAccessExpression) return false;
  const { expression, name } = node as PropertyAccessExpression;
  if ((name as unknown as { text: string }).text !== 'headers') return false;
  const owner = compiler.symbol(snapshot.type(expression))?.name;
  return owner === 'Req' || owner === 'GuardRequest' || owner === 'SocketPeer';
}

function hasUpperCase(name: string): boolean {
  return name !== name.toLowerCase();
}
