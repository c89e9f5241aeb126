import type { JsonValue, Schema } from '@gati/contract';
import { secretParts } from '@gati/contract/internal';
import { isSecretName } from '@gati/runtime-h3/browser';
import type { Draft, FieldPart } from './draft.ts';
import { isObject, isRawNumber, printJson, tryParse } from './json.ts';
import { itemSchema, propertySchema } from './variables.ts';
import type { PlaygroundRoute } from '../../api/playground.ts';
import { isVariablesOnly } from '../../api/variables.ts';

/** A draft that may be stored, and the values that were taken out of it. */
export interface WithoutSecrets {
  draft: Draft;
  /** Values by the name of the variable that replaces each. */
  values: Record<string, string>;
}

/**
 * Replaces the values of secret-looking names by variables: `password: 'x'` becomes `password:
 * '{{password}}'`. Credentials are not part of a draft. A body that is not JSON and contains such a
 * name is left out.
 *
 * @param route its schemas name further secrets
 */
export function withoutSecrets(draft: Draft, route?: PlaygroundRoute): WithoutSecrets {
  const { contract, $defs = {} } = route ?? {};
  const values: Record<string, string> = {};
  const hide = (name: string, value: string): string => {
    if (isVariablesOnly(value)) return value;
    const variable = freeName(name.replaceAll(/[^\w.-]/g, '_').slice(0, 60), value, values);
    values[variable] = value;
    return `{{${variable}}}`;
  };
  /** `secret`: the name of the secret that the value belongs to. */
  const walk = (value: JsonValue, parts: Schema | undefined, name = '', secret = ''): JsonValue => {
    const own = secret || (isSecretName(name) || parts?.['x-gati-secret'] ? name || 'value' : '');
    if (Array.isArray(value))
      return value.map((item, at) => walk(item, itemSchema(parts, at, {}), name, own));
    if (isObject(value) && !isRawNumber(value))
      return Object.fromEntries(
        Object.entries(value).map(([key, each]) => [
          key,
          walk(each, propertySchema(parts, key, {}), key, own),
        ]),
      );
    if (own === '' || value === null || typeof value === 'boolean') return value;
    return hide(own, typeof value === 'string' ? value : JSON.stringify(value));
  };
  const part = (name: FieldPart): Record<string, JsonValue> =>
    walk(draft[name], secretParts(contract?.[name], $defs)) as Record<string, JsonValue>;
  const text = (given: string, schema: Schema | undefined): string => {
    const parsed = tryParse(given);
    if (!parsed.ok) return isSecretName(given) || /passw|authoriz/i.test(given) ? '' : given;
    const walked = walk(parsed.value, secretParts(schema, $defs));
    return JSON.stringify(walked) === JSON.stringify(parsed.value) ? given : printJson(walked);
  };
  return {
    draft: {
      ...draft,
      params: part('params'),
      query: part('query'),
      headers: part('headers'),
      rows: draft.rows.map((row) =>
        row.place === 'cookie' || isSecretName(row.name)
          ? { ...row, value: hide(row.name, row.value) }
          : row,
      ),
      body: text(draft.body, contract?.body?.schema),
      message: text(draft.message, contract?.receive),
    },
    values,
  };
}

/** Two values of one name get two variables. */
function freeName(name: string, value: string, values: Record<string, string>): string {
  let variable = name;
  for (let count = 2; (values[variable] ?? value) !== value; count++) variable = `${name}_${count}`;
  return variable;
}
