import type { Defs, Schema } from '@gati/contract';
import { MAX_DEPTH, type SchemaWalker, walkValue } from './walk.ts';

/** Returns whether a wire value fits the schema. */
export function fits(schema: Schema, $defs: Defs, value: unknown): boolean {
  return new Fitting($defs).fits(schema, value);
}

/**
 * Decides whether values fit. Keeps the result of each object and schema that another branch may
 * ask for again, so that all checks of one value together take time linear in its size.
 */
export class Fitting implements SchemaWalker {
  full = false;
  readonly #defs: Defs;
  readonly #known = new Map<Schema, Map<unknown, boolean>>();
  #depth = 0;

  constructor($defs: Defs) {
    this.#defs = $defs;
  }

  /** Forgets all results, for values that have changed since. */
  clear(): void {
    this.#known.clear();
  }

  fits(schema: Schema, value: unknown): boolean {
    if (typeof value !== 'object' || value === null) return this.#run(schema, value);
    let known = this.#known.get(schema);
    if (known === undefined) this.#known.set(schema, (known = new Map()));
    let result = known.get(value);
    if (result === undefined) known.set(value, (result = this.#run(schema, value)));
    return result;
  }

  #run(schema: Schema, value: unknown): boolean {
    const { full } = this;
    this.full = false;
    this.visit(schema, value);
    const result = !this.full;
    this.full = full;
    return result;
  }

  visit(schema: Schema, value: unknown): void {
    if (this.full) return;
    if (this.#depth >= MAX_DEPTH) return this.add();
    this.#depth++;
    walkValue(this, schema, value, '');
    this.#depth--;
  }

  add(): void {
    this.full = true;
  }

  step(): string {
    return '';
  }

  ref(name: string, value: unknown): void {
    const target = this.#defs[name];
    if (target === undefined || !this.fits(target, value)) this.add();
  }

  anyOf(branches: Schema[], value: unknown): void {
    if (!branches.some((branch) => this.fits(branch, value))) this.add();
  }
}
