import { suggest } from '@gati/contract/internal';
import type { Diagnostic, SecurityRequirement, SecurityScheme } from '@gati/contract';
import { notConstant, securityUnusable } from './diagnostics.ts';
import type { FileFacts } from './file-facts.ts';

/** `export const security` of a guard or a handler. `false`: the routes are public. */
export type DeclaredSecurity = SecurityRequirement | false;

const EXAMPLE = '{ bearer: {} }';

type Field = 'string' | 'strings';

/** Fields of each scheme by its name; those of `needs` are required. */
const SCHEMES: Record<
  string,
  { needs: readonly string[]; fields: Record<string, Field>; as(given: Given): SecurityScheme }
> = {
  bearer: {
    needs: [],
    fields: { format: 'string', realm: 'string' },
    as: (given) => ({ type: 'bearer', ...given }),
  },
  basic: {
    needs: [],
    fields: { realm: 'string' },
    as: (given) => ({ type: 'basic', ...given }),
  },
  apiKey: {
    needs: ['in', 'name'],
    fields: { in: 'string', name: 'string' },
    as: (given) => ({ type: 'apiKey', ...given }) as SecurityScheme,
  },
  cookie: {
    needs: ['name'],
    fields: { name: 'string' },
    as: (given) => ({ type: 'apiKey', in: 'cookie', ...given }) as SecurityScheme,
  },
  openIdConnect: {
    needs: ['url'],
    fields: { url: 'string', realm: 'string' },
    as: (given) => ({ type: 'openIdConnect', ...given }) as SecurityScheme,
  },
};
const COMMON: Record<string, Field> = { scopes: 'strings', description: 'string' };

/** Name of a header or a cookie (RFC 9110, section 5.6.2). */
const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;

type Given = Record<string, unknown>;

/**
 * Returns the declared security. Reports a `security` that can't be used, and returns `undefined`
 * as if there were none.
 */
export function readSecurity(
  file: string,
  { settings }: FileFacts,
  diagnostics: Diagnostic[],
): DeclaredSecurity | undefined {
  const setting = settings['security'];
  if (!setting) return undefined;
  const { value, place, frame } = setting;
  const site = { file, place, frame };
  if (value === undefined) {
    diagnostics.push(notConstant(site, 'security', EXAMPLE));
    return undefined;
  }
  if (value === false) return false;
  try {
    return parseRequirement(value);
  } catch (error) {
    if (!(error instanceof Wrong)) throw error;
    diagnostics.push(
      securityUnusable(
        site,
        `'security' can't be used: ${error.message}`,
        `Write: export const security = ${EXAMPLE}, a list of alternatives such as [{ bearer: {} }, { cookie: { name: 'sid' } }], or false for public routes.`,
      ),
    );
    return undefined;
  }
}

class Wrong extends Error {}

function parseRequirement(value: unknown): SecurityRequirement {
  if (!Array.isArray(value)) return [parseSchemes(value)];
  if (value.length === 0) throw new Wrong('the list is empty.');
  return (value as unknown[]).map(parseSchemes);
}

function parseSchemes(value: unknown): SecurityScheme[] {
  if (!isRecord(value)) throw new Wrong(`${JSON.stringify(value)} is not an object of schemes.`);
  return Object.entries(value).map(([name, given]) => parseScheme(name, given));
}

function parseScheme(name: string, given: unknown): SecurityScheme {
  const scheme = Object.hasOwn(SCHEMES, name) ? SCHEMES[name] : undefined;
  if (!scheme) {
    const meant = suggest(name, Object.keys(SCHEMES));
    throw new Wrong(
      `'${name}' is not one of ${Object.keys(SCHEMES).join(', ')}.${meant === undefined ? '' : ` Did you mean '${meant}'?`}`,
    );
  }
  if (!isRecord(given)) throw new Wrong(`the value of '${name}' is not an object.`);
  const fields = { ...scheme.fields, ...COMMON };
  for (const needed of scheme.needs)
    if (given[needed] === undefined) throw new Wrong(`'${name}' needs '${needed}'.`);
  for (const [field, value] of Object.entries(given)) {
    const type = Object.hasOwn(fields, field) ? fields[field] : undefined;
    if (!type) {
      const meant = suggest(field, Object.keys(fields));
      throw new Wrong(
        `'${name}' has no '${field}'.${meant === undefined ? '' : ` Did you mean '${meant}'?`}`,
      );
    }
    if (!isOfType(value, type))
      throw new Wrong(
        `'${field}' of '${name}' is not a ${type === 'string' ? 'string' : 'list of strings'}.`,
      );
  }
  if (name === 'apiKey' && !['header', 'query', 'cookie'].includes(String(given['in'])))
    throw new Wrong("'in' of 'apiKey' is not 'header', 'query' or 'cookie'.");
  const key = given['name'];
  if (typeof key === 'string' && !TOKEN.test(key))
    throw new Wrong(`'${key}' can't be the name of a header, a query parameter or a cookie.`);
  if (name === 'openIdConnect' && !URL.canParse(String(given['url'])))
    throw new Wrong("'url' of 'openIdConnect' is not an absolute URL.");
  return scheme.as(given);
}

function isOfType(value: unknown, type: Field): boolean {
  const isText = (one: unknown): boolean => typeof one === 'string' && one !== '';
  return type === 'string' ? isText(value) : Array.isArray(value) && value.every(isText);
}

function isRecord(value: unknown): value is Given {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
