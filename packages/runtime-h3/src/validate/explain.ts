import type { Defs, Schema } from '@gati/contract';
import {
  checkArray,
  checkNumber,
  checkObject,
  checkString,
  step,
  type Walker,
} from './keywords.ts';

/** One violation of the contract, in a request or in a strict response. */
export interface InputError {
  in: 'body' | 'query' | 'params' | 'headers' | 'response';
  /** JSON Pointer (RFC 6901) into that part; empty for the part itself. */
  path: string;
  message: string;
  /** Keyword of the schema that is violated. */
  rule: string;
}

export const MAX_ERRORS = 100;
/** Limit of the walk. JSON that is nested this deep was rejected before. */
const MAX_DEPTH = 512;

/**
 * Returns the violations of a wire value, at most {@link MAX_ERRORS}. Empty only if the value fits.
 */
export function explain(
  schema: Schema,
  $defs: Defs,
  value: unknown,
  part: InputError['in'],
): InputError[] {
  const walk = new Walk($defs, MAX_ERRORS);
  walk.visit(schema, value, '');
  return walk.found.map((found) => ({ in: part, ...found }));
}

/** Returns whether a wire value fits the schema. */
export function fits(schema: Schema, $defs: Defs, value: unknown): boolean {
  const walk = new Walk($defs, 1);
  walk.visit(schema, value, '');
  return walk.found.length === 0;
}

type Finding = Omit<InputError, 'in'>;

/** One walk over a schema and a value. Stops at `limit` violations. */
class Walk implements Walker {
  readonly found: Finding[] = [];
  readonly #defs: Defs;
  readonly #limit: number;
  #depth = 0;

  constructor($defs: Defs, limit: number) {
    this.#defs = $defs;
    this.#limit = limit;
  }

  get full(): boolean {
    return this.found.length >= this.#limit;
  }

  add(path: string, rule: string, message: string): void {
    if (!this.full) this.found.push({ path, message, rule });
  }

  fits(schema: Schema, value: unknown): boolean {
    return fits(schema, this.#defs, value);
  }

  visit(schema: Schema, value: unknown, path: string): void {
    if (this.full) return;
    if (this.#depth >= MAX_DEPTH) return this.add(path, 'depth', 'is nested too deep');
    this.#depth++;
    this.#visit(schema, value, path);
    this.#depth--;
  }

  #visit(schema: Schema, value: unknown, path: string): void {
    if (schema.$ref !== undefined) {
      const target = this.#defs[schema.$ref.slice('#/$defs/'.length)];
      if (target === undefined) return this.add(path, '$ref', 'has an unknown schema');
      this.visit(target, value, path);
    }
    if (schema['x-gati-codec'] === 'file') {
      if (!(value instanceof Blob)) this.add(path, 'type', 'must be a file');
      return;
    }
    if (schema.type !== undefined && !isType(schema.type, value)) {
      return this.add(path, 'type', `must be ${withArticle(schema.type)}`);
    }
    if (schema.const !== undefined && value !== schema.const)
      this.add(path, 'const', `must be ${JSON.stringify(schema.const)}`);
    if (schema.enum !== undefined && !schema.enum.includes(value as never)) {
      this.add(
        path,
        'enum',
        `must be one of ${joinWords(schema.enum.map((member) => JSON.stringify(member)))}`,
      );
    }
    if (schema.not !== undefined && this.fits(schema.not, value))
      this.add(path, 'not', 'is not allowed');
    if (schema.allOf !== undefined) for (const part of schema.allOf) this.visit(part, value, path);
    if (schema.anyOf !== undefined) this.#anyOf(schema.anyOf, value, path);

    if (typeof value === 'string') checkString(this, schema, value, path);
    else if (typeof value === 'number') checkNumber(this, schema, value, path);
    else if (Array.isArray(value)) checkArray(this, schema, value, path);
    else if (typeof value === 'object' && value !== null)
      checkObject(this, schema, value as Record<string, unknown>, path);
  }

  /**
   * Explains the branch that the client most likely meant. If there is no such branch, names the
   * choice.
   */
  #anyOf(branches: Schema[], value: unknown, path: string): void {
    if (branches.some((branch) => this.fits(branch, value))) return;
    const near = branches.filter((branch) => this.#isNear(branch, value));
    if (near.length === 1 && near[0] !== undefined) return this.visit(near[0], value, path);
    const tag = near.length === 0 && isType('object', value) ? this.#tag(branches) : undefined;
    if (tag !== undefined) {
      const at = step(path, tag.key);
      if (!Object.hasOwn(value as object, tag.key)) return this.add(at, 'required', 'is required');
      return this.add(at, 'enum', `must be one of ${joinWords(tag.constants)}`);
    }
    const kinds = branches.map((branch) => this.#name(branch));
    const known = kinds.every((kind) => kind !== undefined);
    this.add(
      path,
      'anyOf',
      known
        ? `must be ${joinWords([...new Set(kinds)] as string[])}`
        : 'matches none of the allowed forms',
    );
  }

  /**
   * Returns whether a value has the type of a branch and agrees with all of its constant
   * properties, as the tag of a discriminated union requires.
   */
  #isNear(branch: Schema, value: unknown): boolean {
    const schema = this.#resolve(branch);
    if (schema['x-gati-codec'] === 'file') return value instanceof Blob;
    if (
      schema.type === undefined ||
      !isType(schema.type, value) ||
      schema.const !== undefined ||
      schema.enum !== undefined
    )
      return false;
    if (schema.type !== 'object') return true;
    const record = value as Record<string, unknown>;
    return Object.entries(schema.properties ?? {}).every(([key, property]) => {
      const { const: constant } = this.#resolve(property);
      return constant === undefined || (Object.hasOwn(record, key) && record[key] === constant);
    });
  }

  /**
   * Returns the tag of the objects among the branches: a property that is a constant in each of
   * them.
   */
  #tag(branches: Schema[]): { key: string; constants: string[] } | undefined {
    const objects = branches
      .map((branch) => this.#resolve(branch))
      .filter(({ type }) => type === 'object');
    for (const key of Object.keys(objects[0]?.properties ?? {})) {
      const constants = objects.map(
        ({ properties }) => this.#resolve(properties?.[key] ?? {}).const,
      );
      if (!constants.includes(undefined) && new Set(constants).size > 1)
        return {
          key,
          constants: [...new Set(constants)].map((constant) => JSON.stringify(constant)),
        };
    }
    return undefined;
  }

  #resolve(schema: Schema): Schema {
    let at = schema;
    for (let hops = 0; at.$ref !== undefined && hops < 16; hops++)
      at = this.#defs[at.$ref.slice('#/$defs/'.length)] ?? {};
    return at;
  }

  #name(branch: Schema): string | undefined {
    const schema = this.#resolve(branch);
    if (schema.const !== undefined) return JSON.stringify(schema.const);
    if (schema.enum !== undefined)
      return schema.enum.map((member) => JSON.stringify(member)).join(' or ');
    if (schema['x-gati-codec'] === 'file') return 'a file';
    return schema.type === undefined ? undefined : withArticle(schema.type);
  }
}

function isType(type: NonNullable<Schema['type']>, value: unknown): boolean {
  switch (type) {
    case 'string':
    case 'boolean':
      return typeof value === type;
    case 'number':
      return Number.isFinite(value);
    case 'integer':
      return Number.isInteger(value);
    case 'null':
      return value === null;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
  }
}

function withArticle(type: string): string {
  if (type === 'null') return 'null';
  return `${/^[aio]/.test(type) ? 'an' : 'a'} ${type}`;
}

function joinWords(words: string[]): string {
  const shown = words.length > 20 ? [...words.slice(0, 20), '…'] : words;
  return shown.length < 2
    ? (shown[0] ?? 'nothing')
    : `${shown.slice(0, -1).join(', ')} or ${shown.at(-1)}`;
}
