import type { Schema } from '@gati/contract';
import { FRAMING_HEADERS } from '@gati/contract/internal';
import { type CallExpression, type Node, SyntaxKind as K } from 'typescript-7/unstable/ast';
import type { TypeView } from '../../compiler/compiler.ts';
import { isIdentifier, unwrap } from '../../compiler/syntax.ts';
import type { Arguments } from '../calls/arguments.ts';
import type { InterpreterApi } from '../interpreter-api.ts';
import { type SetHeader, type SetHeaders, withHeaders, withoutHeader } from '../state/headers.ts';
import type { State } from '../state/state.ts';
import type { Value } from '../state/values.ts';

const TEXT: Schema = { type: 'string' };

/**
 * Follows `res.headers.set()`, `append()` and `delete()`. A call without a constant name does not
 * change the contract.
 *
 * @param nodes arguments of the call
 */
export function changeHeaders(
  walk: InterpreterApi,
  method: string,
  { state, values }: Arguments,
  nodes: readonly Node[],
): State {
  const [first, value] = values;
  const name = first && textOf(walk, first)?.toLowerCase();
  if (name === undefined) return state;
  if (method === 'delete') return { ...state, headers: withoutHeader(state.headers, name) };
  if (method !== 'set' && method !== 'append') return state;
  if (name === 'content-type')
    return value?.kind === 'constant'
      ? { ...state, contentType: String(value.value).split(';')[0]!.trim().toLowerCase() }
      : state;
  // Appended values are joined to one string.
  const schema = method === 'append' ? TEXT : headerSchema(walk, value, nodes[1]);
  return withHeader(state, name, schema);
}

/** Adds a header that the response has on this path. */
export function withHeader(state: State, name: string, schema: Schema = TEXT): State {
  if (FRAMING_HEADERS.has(name)) return state;
  const added: [string, SetHeader] = [name, { schema, always: true }];
  return { ...state, headers: withHeaders(state.headers, new Map([added])) };
}

/** Returns the headers of the options of an `HttpError`: `{ headers: { 'retry-after': '10' } }`. */
export function errorHeaders(walk: InterpreterApi, options: Value | undefined): SetHeaders {
  const headers = new Map<string, SetHeader>();
  const given = options && entryOf(options, 'headers');
  if (given?.kind !== 'object') return headers;
  for (const entry of given.entries) {
    if ('spread' in entry) continue;
    const name = entry.name.toLowerCase();
    const { initializer } = entry.node as unknown as { initializer?: Node };
    if (name !== '' && name !== 'content-type' && !FRAMING_HEADERS.has(name))
      headers.set(name, { schema: headerSchema(walk, entry.value, initializer), always: true });
  }
  return headers;
}

function entryOf(value: Value, name: string): Value | undefined {
  if (value.kind !== 'object') return undefined;
  const entry = value.entries.findLast((each) => 'value' in each && each.name === name);
  return entry && 'value' in entry ? entry.value : undefined;
}

function textOf(walk: InterpreterApi, value: Value): string | undefined {
  if (value.kind === 'constant') return String(value.value);
  if (value.kind !== 'type') return undefined;
  const type = walk.snapshot.type(value.node);
  return type.tag === 'literal' && typeof type.value === 'string' ? type.value : undefined;
}

/**
 * Describes the value of a header: a number or boolean if the code converts one to text, the
 * members of a union of strings, otherwise any string. The contract does not promise the text of a
 * literal.
 */
function headerSchema(
  walk: InterpreterApi,
  value: Value | undefined,
  node: Node | undefined,
): Schema {
  const converted = node && convertedValue(walk, unwrap(walk.compiler, node));
  const primitive = converted && primitiveOf(walk, walk.snapshot.type(converted));
  if (primitive) return primitive;
  if (value?.kind !== 'type' && value?.kind !== 'declared') return TEXT;
  const { schema } = walk.schemaOf(value);
  return schema.type === 'string' && schema.enum ? { type: 'string', enum: schema.enum } : TEXT;
}

/** Returns `x` of `String(x)`, `x.toString()` and `${x}` in backticks. */
function convertedValue(walk: InterpreterApi, node: Node): Node | undefined {
  const { compiler } = walk;
  if (compiler.kind(node) === K.CallExpression) {
    const { expression, arguments: list } = node as CallExpression;
    if (isIdentifier(compiler, expression) && expression.text === 'String') return list[0];
    if (compiler.kind(expression) !== K.PropertyAccessExpression || list.length > 0)
      return undefined;
    const { expression: owner, name } = expression as unknown as {
      expression: Node;
      name: { text: string };
    };
    return name.text === 'toString' ? owner : undefined;
  }
  if (compiler.kind(node) !== K.TemplateExpression) return undefined;
  const { head, templateSpans } = node as unknown as {
    head: { text: string };
    templateSpans: readonly { expression: Node; literal: { text: string } }[];
  };
  const [span] = templateSpans;
  return head.text === '' && templateSpans.length === 1 && span!.literal.text === ''
    ? span!.expression
    : undefined;
}

function primitiveOf({ compiler }: InterpreterApi, type: TypeView): Schema | undefined {
  const members = type.tag === 'union' ? compiler.members(type) : [type];
  const kinds = new Set(
    members.map(({ tag, value }) => (tag === 'literal' ? typeof value : (tag as string))),
  );
  if (kinds.size !== 1) return undefined;
  if (kinds.has('number')) return { type: 'number' };
  if (kinds.has('bigint')) return { type: 'integer' };
  return kinds.has('boolean') ? { type: 'boolean' } : undefined;
}
