import { type Contract, resolveRef, type RouteContract, type Schema } from '@gati/contract';
import { propertyKey, quote, toLiteral } from '@gati/contract/internal';

/** Levels of an example. Deeper values are left out. */
const DEEPEST = 4;

/**
 * Prints a call of a route with everything that it requires: `client.payments.capture({ params: {
 * id: 'id' }, … })`.
 */
export function toExampleCall(route: RouteContract, { $defs }: Contract): string {
  const parts = (['params', 'query', 'headers'] as const).flatMap((part) => {
    const schema = route[part];
    const text =
      schema && (resolveRef(schema, $defs).required?.length ?? 0) > 0
        ? exampleOf(schema, $defs, part)
        : undefined;
    return text === undefined ? [] : [`${part}: ${text}`];
  });
  if (route.body?.required) parts.push(`body: ${exampleOf(route.body.schema, $defs, 'body')}`);
  return `${toCallee(route)}(${parts.length === 0 ? '' : `{ ${parts.join(', ')} }`})`;
}

/** `client.payments.capture` */
export function toCallee({ name }: RouteContract): string {
  return `client${name.map((part) => (/^[A-Za-z_$][\w$]*$/.test(part) ? `.${part}` : `[${quote(part)}]`)).join('')}`;
}

/** Prints a value of the schema as TypeScript. A string without a format has the value `name`. */
function exampleOf(schema: Schema, defs: Contract['$defs'], name: string, depth = 0): string {
  const target = resolveRef(schema, defs);
  const given = target.examples?.[0] ?? target.default;
  if (given !== undefined && typeof given !== 'object') return toLiteral(given);
  const fixed = target.const ?? target.enum?.[0];
  if (fixed !== undefined) return toLiteral(fixed);
  const [first] = target.anyOf ?? target.allOf ?? [];
  if (first && !target.properties) return exampleOf(first, defs, name, depth + 1);
  if (target['x-gati-codec'] === 'file') return "new Blob(['…'])";
  switch (target.type ?? (target.properties ? 'object' : undefined)) {
    case 'string':
      return exampleText(target, name);
    case 'integer':
    case 'number':
      return String(
        target.minimum ?? (target.exclusiveMinimum === undefined ? 1 : target.exclusiveMinimum + 1),
      );
    case 'boolean':
      return 'true';
    case 'array':
      return depth < DEEPEST && typeof target.items === 'object' && (target.minItems ?? 1) > 0
        ? `[${exampleOf(target.items, defs, name, depth + 1)}]`
        : '[]';
    case 'object':
      return exampleObject(target, defs, depth);
    default:
      return 'null';
  }
}

function exampleObject(
  { properties = {}, required = [] }: Schema,
  defs: Contract['$defs'],
  depth: number,
): string {
  if (required.length === 0) return '{}';
  if (depth >= DEEPEST) return '{ /* … */ }';
  return `{ ${required.map((key) => `${propertyKey(key)}: ${exampleOf(properties[key] ?? {}, defs, key, depth + 1)}`).join(', ')} }`;
}

const FORMATS: Record<string, string> = {
  'date-time': '2026-01-31T12:00:00Z',
  date: '2026-01-31',
  time: '12:00:00Z',
  email: 'ada@example.com',
  uri: 'https://example.com',
  url: 'https://example.com',
  uuid: '0b9e8a52-5d3c-4a65-9b0e-0d7c0a0d2a11',
  bigint: '1',
};

function exampleText({ format = '', contentEncoding }: Schema, name: string): string {
  return quote(contentEncoding === 'base64' ? 'Z2F0aQ==' : (FORMATS[format] ?? name));
}
