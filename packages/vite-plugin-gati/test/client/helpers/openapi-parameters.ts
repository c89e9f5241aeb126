import type { OpenApiOperation, OpenApiParameter } from '@gati/contract';

/**
 * Writes the parameters of an operation by the OpenAPI 3.1 specification alone: `content`, or the
 * default style of the place (`simple`, or `form` with `explode`), as in RFC 6570. A `null` for which
 * the schema has no `null` is not sent.
 */
export function writeParameters(
  template: string,
  { parameters = [] }: OpenApiOperation,
  values: Record<string, unknown>,
): { path: string; query: [string, string][]; header: string | undefined } {
  let path = template;
  const query: [string, string][] = [];
  let header: string | undefined;
  for (const parameter of parameters) {
    if ('$ref' in parameter || !(parameter.name in values)) continue;
    const value = values[parameter.name];
    if (isLeftOut(parameter, value)) continue;
    const items = Array.isArray(value) ? value.map(String) : [String(value)];
    const text = parameter.content ? JSON.stringify(value) : items.join(',');
    if (parameter.in === 'path')
      path = path.replace(`{${parameter.name}}`, encodeURIComponent(text));
    else if (parameter.in === 'header') header = text;
    else if (parameter.content) query.push([parameter.name, text]);
    else for (const item of items) query.push([parameter.name, item]);
  }
  return { path, query, header };
}

function isLeftOut({ required, schema }: OpenApiParameter, value: unknown): boolean {
  if (value === null && schema !== undefined) return !JSON.stringify(schema).includes('null');
  return Array.isArray(value) && value.length === 0 && !required && schema !== undefined;
}
