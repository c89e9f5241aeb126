import type { BodyContract, RouteContract, Schema } from '@gati/contract';
import type { Node } from 'typescript-7/unstable/ast';
import { paramNames } from '../../scan/route.ts';
import type { RouteFile } from '../../scan/types.ts';
import type { SymbolView, TypeView } from '../compiler/compiler.ts';
import type { ProgramSnapshot } from '../program-snapshot.ts';
import type { DiagnosticCollector } from './diagnostics.ts';
import { misspelledHeaders, reportDeclaredHeaders } from './header-case.ts';
import { findImpossibleInput } from './impossible-input.ts';
import { withSharedDefinitions, type LoadedSchemas } from './schema-values/load-schemas.ts';

/** The parts that a handler may declare, with the names of their types. */
export const PART_TYPES = {
  params: 'Params',
  query: 'Query',
  headers: 'Headers',
  body: 'Body',
  receive: 'Receive',
  send: 'Send',
} as const;
export type Part = keyof typeof PART_TYPES;

export interface RequestInput {
  snapshot: ProgramSnapshot;
  route: RouteFile;
  exports: Map<string, SymbolView>;
  /** The schema values that could be loaded. */
  loaded: LoadedSchemas;
  diagnostics: DiagnosticCollector;
  /** The place of a diagnostic whose own place is unknown. */
  fallback: Node;
}

/**
 * Returns the declared parts of a request: `params`, `query`, `headers` and `body`, and the
 * messages of a socket.
 */
export function requestParts(
  input: RequestInput,
): Pick<RouteContract, 'params' | 'query' | 'headers' | 'body' | 'receive' | 'send'> {
  const parts: Partial<Record<Part, DeclaredPart>> = {};
  for (const part of Object.keys(PART_TYPES) as Part[]) {
    const found = declaredPart(input, part);
    if (!found) continue;
    parts[part] = found;
    reportImpossibleInput(input, part, found);
    if (part === 'headers') reportHeaderCase(input, found.schema);
  }
  const params = withPathParameters(input.route.path, parts.params?.schema);
  return {
    ...(params ? { params } : {}),
    ...(parts.query ? { query: parts.query.schema } : {}),
    ...(parts.headers ? { headers: lowerCaseNames(parts.headers.schema) } : {}),
    ...(parts.body ? { body: bodyContract(input, parts.body) } : {}),
    ...(parts.receive ? { receive: parts.receive.schema } : {}),
    ...(parts.send ? { send: parts.send.schema } : {}),
  };
}

function bodyContract(input: RequestInput, { schema, optional }: DeclaredPart): BodyContract {
  const { route, snapshot, exports, diagnostics, fallback } = input;
  const withFiles = hasFile(schema, snapshot, new Set());
  if (withFiles && route.accept?.includes('json'))
    diagnostics.add(
      'GATI_ROUTE_SETTING',
      "The body has a file, so it can't be JSON; the route accepts `multipart/form-data` only.",
      "Leave 'json' out of `accept`, or the file out of the body.",
      exports.get('accept')?.declarations[0]?.node() ?? fallback,
    );
  return { contentTypes: contentTypes(route, withFiles), required: !optional, schema };
}

/**
 * Reports input that no request can contain. The types are valid, so the compiler says nothing.
 */
function reportImpossibleInput(
  { snapshot, route, exports, diagnostics, fallback }: RequestInput,
  part: Part,
  { schema, optional }: DeclaredPart,
): void {
  const isValue = route.exports.values.includes(part);
  const withFiles = part === 'body' && hasFile(schema, snapshot, new Set());
  const isForm = withFiles || (part === 'body' && route.accept?.includes('json') === false);
  const impossible = findImpossibleInput(route, part, { schema, optional, isForm }, ($ref) =>
    definition({ $ref }, snapshot),
  );
  if (!impossible) return;
  const name = isValue ? part : PART_TYPES[part];
  const node = exports.get(name)?.declarations[0]?.node() ?? fallback;
  diagnostics.add(
    'GATI_REQUEST_MISFIT',
    `No request can contain what \`${isValue ? '' : 'type '}${name}\` of '${route.id}' declares: ${impossible.reason}.`,
    impossible.fix,
    node,
    impossible.level,
  );
}

function reportHeaderCase(input: RequestInput, schema: Schema): void {
  const { snapshot, route, exports, diagnostics, fallback } = input;
  const names = misspelledHeaders(schema, (ref) => definition(ref, snapshot));
  if (names.length === 0) return;
  const isValue = route.exports.values.includes('headers');
  const symbol = exports.get(isValue ? 'headers' : PART_TYPES.headers);
  const type =
    symbol && !isValue
      ? snapshot.compiler.declaredType(snapshot.compiler.target(symbol))
      : undefined;
  const node = symbol?.declarations[0]?.node() ?? fallback;
  reportDeclaredHeaders(snapshot, names, type, diagnostics, node);
}

interface DeclaredPart {
  schema: Schema;
  optional: boolean;
}

function declaredPart(
  { snapshot, route, exports, loaded, diagnostics, fallback }: RequestInput,
  part: Part,
): DeclaredPart | undefined {
  const { compiler } = snapshot;
  const type = exports.get(PART_TYPES[part]);
  const at = (symbol: SymbolView): Node => symbol.declarations[0]?.node() ?? fallback;
  const value = route.exports.values.includes(part) ? exports.get(part) : undefined;
  // If the file exports both, the server checks the value.
  if (value) {
    const schema = loaded.parts.get(part);
    if (!schema) return inferInput(snapshot, value, part, diagnostics, at(value));
    for (const keyword of schema.unsupported) {
      diagnostics.add(
        'GATI_SCHEMA_KEYWORD',
        `The contract has no form for \`${keyword}\` of the schema \`${part}\`; the server checks it, but clients do not see it.`,
        'Describe the rule in the description of the field.',
        at(value),
      );
    }
    return {
      schema: withSharedDefinitions(
        part === 'send' ? snapshot.responses : snapshot.requests,
        schema,
        `${route.file}:${part}`,
      ),
      optional: schema.optional,
    };
  }
  if (!type || !route.exports.types.includes(PART_TYPES[part])) return undefined;
  const declared = compiler.declaredType(compiler.target(type));
  const members = declared.tag === 'union' ? compiler.members(declared) : [declared];
  const optional = members.some(({ tag }) => tag === 'undefined' || tag === 'void');
  const writer = part === 'send' ? snapshot.responses : snapshot.requests;
  const { schema, issues } = writer.write(declared, { inline: true });
  diagnostics.addIssues(issues, at(type));
  return { schema, optional };
}

/** Reads the input of a schema value from its type, since the value could not be loaded. */
function inferInput(
  snapshot: ProgramSnapshot,
  value: SymbolView,
  part: string,
  diagnostics: DiagnosticCollector,
  node: Node,
): DeclaredPart {
  const { compiler } = snapshot;
  const [type] = compiler.typesOf([compiler.target(value)]);
  const step = (from: TypeView | undefined, name: string): TypeView | undefined => {
    const found = from && compiler.property(from, name);
    if (found?.tag !== 'union') return found;
    const kept = compiler.members(found).filter(({ tag }) => tag !== 'undefined' && tag !== 'null');
    return kept.length === 1 ? kept[0] : found;
  };
  const standard = step(type, '~standard');
  const inputType = step(step(standard, 'types'), 'input');
  if (!inputType) {
    diagnostics.add(
      'GATI_SCHEMA_UNKNOWN',
      `\`export const ${part}\` is not a Standard Schema, so the contract has no schema for it.`,
      'Export a schema of zod, valibot or arktype, or a type.',
      node,
    );
    return { schema: {}, optional: true };
  }
  diagnostics.add(
    'GATI_SCHEMA_TYPES_ONLY',
    `The schema \`${part}\` could be read by its type only, so its bounds, patterns and defaults are not in the contract.`,
    'Use zod 4, arktype 2 or valibot with `@valibot/to-json-schema`.',
    node,
  );
  const written = snapshot.requests.write(inputType, { inline: true });
  diagnostics.addIssues(written.issues, node);
  return { schema: written.schema, optional: inputType.tag === 'undefined' };
}

/**
 * Adds the parameters of the path to the declared ones: required, and strings if they are not
 * declared.
 */
export function withPathParameters(path: string, declared: Schema | undefined): Schema | undefined {
  const names = paramNames(path);
  if (names.length === 0 && !declared) return undefined;
  const properties: Record<string, Schema> = { ...declared?.properties };
  for (const name of names) properties[name] ??= { type: 'string' };
  const required = [...new Set([...names, ...(declared?.required ?? [])])];
  return { ...declared, type: 'object', properties, ...(required.length > 0 ? { required } : {}) };
}

function lowerCaseNames(schema: Schema): Schema {
  if (!schema.properties) return schema;
  return {
    ...schema,
    properties: Object.fromEntries(
      Object.entries(schema.properties).map(([name, part]) => [name.toLowerCase(), part]),
    ),
    ...(schema.required ? { required: schema.required.map((name) => name.toLowerCase()) } : {}),
  };
}

const FORM_TYPES = ['application/x-www-form-urlencoded', 'multipart/form-data'];

/** A body is JSON unless it has a file or the handler exports `accept`. */
function contentTypes({ accept = ['json'] }: RouteFile, withFiles: boolean): string[] {
  if (withFiles) return ['multipart/form-data'];
  return accept.flatMap((format) => (format === 'json' ? ['application/json'] : FORM_TYPES));
}

function hasFile(schema: Schema, snapshot: ProgramSnapshot, seen: Set<string>): boolean {
  if (schema['x-gati-codec'] === 'file') return true;
  const parts = [
    ...Object.values(schema.properties ?? {}),
    ...(schema.anyOf ?? []),
    ...(schema.allOf ?? []),
    ...(schema.prefixItems ?? []),
  ];
  if (typeof schema.items === 'object') parts.push(schema.items);
  if (typeof schema.additionalProperties === 'object') parts.push(schema.additionalProperties);
  if (schema.$ref !== undefined && !seen.has(schema.$ref)) {
    seen.add(schema.$ref);
    const target = definition(schema, snapshot);
    if (target) parts.push(target);
  }
  return parts.some((part) => hasFile(part, snapshot, seen));
}

function definition(schema: Schema, snapshot: ProgramSnapshot): Schema | undefined {
  return snapshot.requests.definitions.get(schema.$ref!.replace('#/$defs/', ''))?.schema;
}
