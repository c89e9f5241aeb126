import type { Schema } from '@gati/contract';
import { explain, isSecretName } from '@gati/runtime-h3/browser';
import type { Environments, SavedContent } from '../../../api/playground.ts';
import { isVariablesOnly } from '../../../api/variables.ts';
import { closedObject } from '../../../http/check-input.ts';

const TEXT: Schema = { type: 'string', maxLength: 2000 };
const LONG: Schema = { type: 'string', maxLength: 256 * 1024 };
const FIELDS: Schema = { type: 'object', maxProperties: 200 };

/** Keys of a file with a request that are absent if they have no value. */
export const OPTIONAL: readonly string[] = [
  'version',
  'params',
  'query',
  'headers',
  'extra',
  'auth',
  'contentType',
  'body',
  'text',
  'message',
];

/** Schema of a file with a request, as the panel writes it. */
export const CONTENT: Schema = closedObject(
  {
    name: { type: 'string', minLength: 1, maxLength: 100, pattern: '^[^\\u0000-\\u001f]+$' },
    request: { type: 'string', minLength: 1, maxLength: 520 },
    version: TEXT,
    params: FIELDS,
    query: FIELDS,
    headers: FIELDS,
    extra: {
      type: 'array',
      maxItems: 200,
      items: closedObject(
        {
          in: { type: 'string', enum: ['query', 'header', 'cookie'] },
          name: TEXT,
          value: LONG,
          off: { const: true },
        },
        ['off'],
      ),
    },
    auth: TEXT,
    contentType: TEXT,
    body: {},
    text: LONG,
    message: LONG,
  },
  OPTIONAL,
);

const VARIABLE: Schema = { type: 'string', pattern: '^[\\w.-]{1,64}$' };
const VALUES: Schema = {
  type: 'object',
  maxProperties: 200,
  propertyNames: VARIABLE,
  additionalProperties: TEXT,
};

/** Schema of the file with the environments. */
export const ENVIRONMENTS: Schema = closedObject(
  {
    environments: {
      type: 'object',
      maxProperties: 50,
      propertyNames: { type: 'string', pattern: '^[\\w. -]{1,64}$' },
      additionalProperties: VALUES,
    },
    secrets: { type: 'array', maxItems: 200, items: VARIABLE },
  },
  ['environments', 'secrets'],
);

/**
 * Checks what a file with a request contains. Other keys are allowed: people may add them.
 *
 * @throws {Error} that names the first violation
 */
export function checkContent(value: unknown): SavedContent {
  check({ ...CONTENT, additionalProperties: true }, value);
  const { properties = {} } = CONTENT;
  const known = Object.entries(value as object).filter(([name]) => Object.hasOwn(properties, name));
  return Object.fromEntries(known) as unknown as SavedContent;
}

/** @throws {Error} that names the first violation */
export function checkEnvironments(value: unknown): Omit<Environments, 'revision'> {
  const given = (value ?? {}) as Partial<Environments>;
  check({ ...ENVIRONMENTS, additionalProperties: true }, toTexts(given));
  const { environments = {}, secrets = [] } = toTexts(given);
  return { environments, secrets };
}

/** Numbers and booleans of YAML are texts in a request. */
function toTexts({ environments, secrets }: Partial<Environments>): Partial<Environments> {
  if (typeof environments !== 'object' || environments === null)
    return { ...(secrets && { secrets }) };
  const text = (value: unknown): unknown =>
    typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
  const converted = Object.entries(environments).map(([name, values]) => [
    name,
    Object.fromEntries(Object.entries(values ?? {}).map(([key, value]) => [key, text(value)])),
  ]);
  return {
    environments: Object.fromEntries(converted) as Environments['environments'],
    ...(secrets && { secrets }),
  };
}

function check(schema: Schema, value: unknown): void {
  const [violation] = explain(schema, {}, value, 'body');
  if (violation) throw new Error(`${violation.path || 'The file'} ${violation.message}.`);
}

/** Maximum depth that is searched for secrets; the schema of JSON bodies has no limit. */
const MAX_DEPTH = 100;

/** Returns a secret-looking name whose value is not only variables. */
export function findSecret(value: unknown, name = '', depth = 0): string | undefined {
  if (depth > MAX_DEPTH) return name || 'A value';
  if (typeof value === 'string' || typeof value === 'number')
    return isSecretName(name) && !isVariablesOnly(String(value)) ? name : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  const row = value as { name?: unknown; value?: unknown; in?: unknown };
  // A row has its name in a field.
  if (typeof row.name === 'string' && typeof row.value === 'string' && row.in !== undefined)
    return findSecret(row.value, row.in === 'cookie' ? 'cookie' : row.name, depth + 1);
  const isList = Array.isArray(value);
  for (const [key, each] of Object.entries(value)) {
    const inner = isList || isSecretName(name) ? name : key;
    const found = findSecret(each, inner, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}
