import type { Defs, Schema } from '@gati/contract';
import { Fitting } from './fits.ts';
import { appendKey } from './pointer.ts';
import {
  isType,
  joinWords,
  MAX_DEPTH,
  refName,
  type SchemaWalker,
  walkValue,
  withArticle,
} from './walk.ts';

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
/**
 * Maximum number of steps of one explanation: one for each pair of schema and value. A body of 1
 * MiB takes fewer.
 */
const MAX_STEPS = 1_000_000;

/**
 * Returns the violations of a wire value, at most {@link MAX_ERRORS}. Empty only if the value fits.
 * After {@link MAX_STEPS} without a violation, reports only that the value does not match.
 */
export function explain(
  schema: Schema,
  $defs: Defs,
  value: unknown,
  part: InputError['in'],
): InputError[] {
  const walk = new Explanation($defs);
  walk.visit(schema, value, '');
  if (walk.found.length === 0 && walk.full && !walk.fits(schema, value))
    walk.found.push({ path: '', message: 'does not match its schema', rule: 'schema' });
  return walk.found.map((found) => ({ in: part, ...found }));
}

type Finding = Omit<InputError, 'in'>;

class Explanation implements SchemaWalker {
  readonly found: Finding[] = [];
  readonly #defs: Defs;
  readonly #fitting: Fitting;
  /** Objects that a definition was compared with. Their violations are found already. */
  readonly #seen = new Map<Schema, Set<unknown>>();
  #steps = 0;
  #depth = 0;

  constructor($defs: Defs) {
    this.#defs = $defs;
    this.#fitting = new Fitting($defs);
  }

  get full(): boolean {
    return this.found.length >= MAX_ERRORS || this.#steps >= MAX_STEPS;
  }

  add(path: string, rule: string, message: string): void {
    if (!this.full) this.found.push({ path, message, rule });
  }

  fits(schema: Schema, value: unknown): boolean {
    return this.#fitting.fits(schema, value);
  }

  step(path: string, key: string | number): string {
    return appendKey(path, key);
  }

  visit(schema: Schema, value: unknown, path: string): void {
    if (this.full) return;
    if (this.#depth >= MAX_DEPTH) return this.add(path, 'depth', 'is nested too deep');
    this.#depth++;
    this.#steps++;
    walkValue(this, schema, value, path);
    this.#depth--;
  }

  ref(name: string, value: unknown, path: string): void {
    const target = this.#defs[name];
    if (target === undefined) return this.add(path, '$ref', 'has an unknown schema');
    if (typeof value === 'object' && value !== null) {
      let seen = this.#seen.get(target);
      if (seen === undefined) this.#seen.set(target, (seen = new Set()));
      if (seen.has(value)) return;
      seen.add(value);
    }
    this.visit(target, value, path);
  }

  /**
   * Explains the branch that the client most likely meant. Without such a branch, lists the
   * choices.
   */
  anyOf(branches: Schema[], value: unknown, path: string): void {
    if (branches.some((branch) => this.fits(branch, value))) return;
    const near = branches.filter((branch) => this.#isNear(branch, value));
    if (near.length === 1 && near[0] !== undefined) return this.visit(near[0], value, path);
    const tag = near.length === 0 && isType('object', value) ? this.#tag(branches) : undefined;
    if (tag !== undefined) {
      const at = this.step(path, tag.key);
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
      at = this.#defs[refName(at.$ref)] ?? {};
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
