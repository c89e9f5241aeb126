import { canonicalSchema, refName, type Schema, toRef } from '@gati/contract';
import type { Node } from 'typescript-7/unstable/ast';
import type { Compiler, TypeView } from '../compiler/compiler.ts';
import { withDoc } from './doc-comments.ts';
import { primitiveSchema } from './primitive-schema.ts';
import type { Direction, SchemaContext, TypeIssue } from './schema-context.ts';
import { isBuiltinOrTuple, structureSchema } from './structure-schema.ts';
import { type TypeName, typeName } from './type-names.ts';
import { type Alternative, orderAlternatives } from './union-order.ts';
import { docOf, isStructured } from './type-shapes.ts';

export interface Definition {
  name: string;
  schema: Schema;
  issues: TypeIssue[];
}

/** Schemas of type parameters, while the body of a generic helper is read. */
export type Bindings = ReadonlyMap<TypeView, () => Schema>;

export interface WrittenSchema {
  schema: Schema;
  issues: TypeIssue[];
}

const NO_BINDINGS: Bindings = new Map();
const MAX_DEPTH = 40;

/**
 * Turns types into schemas for one direction. It keeps its results until the program changes.
 *
 * A `$ref` in its schemas is a key of {@link SchemaWriter.definitions}, not a name: names are given
 * for a whole route at once.
 */
export class SchemaWriter {
  readonly direction: Direction;
  readonly definitions: Map<string, Definition> = new Map();
  readonly #compiler: Compiler;
  readonly #context: SchemaContext;
  /**
   * Finished schemas, for reuse. Contains only types that were written outside any other type and
   * without bindings of type parameters.
   */
  readonly #written = new Map<TypeView, WrittenSchema>();
  /** Types that are definitions, with their keys. */
  readonly #defined = new Map<TypeView, string>();
  readonly #keys = new Map<TypeView, string>();
  /** Types that are being written. `true` once something inside refers back to the type. */
  readonly #open = new Map<TypeView, boolean>();
  #issues: TypeIssue[] = [];
  #bindings: Bindings = NO_BINDINGS;
  #depth = 0;

  constructor(compiler: Compiler, direction: Direction) {
    this.#compiler = compiler;
    this.direction = direction;
    this.#context = {
      compiler,
      direction,
      schemaOf: (type) => this.#schema(type),
      unionOf: (union, members, node) => ({
        anyOf: this.order(
          union,
          members.map((type) => ({ type, schema: this.#schema(type) })),
          node,
        ),
      }),
      report: (code, message, fix, place) =>
        void this.#issues.push({ code, message, fix, ...(place && { place }) }),
    };
  }

  /** @param inline writes out the outermost type even if it has a name */
  write(
    type: TypeView,
    { inline = false, bindings = NO_BINDINGS }: { inline?: boolean; bindings?: Bindings } = {},
  ): WrittenSchema {
    const before = [this.#issues, this.#bindings] as const;
    this.#issues = [];
    this.#bindings = bindings;
    try {
      const schema = canonicalSchema(inline ? this.#inlined(type) : this.#schema(type));
      return { schema, issues: this.#issues };
    } finally {
      [this.#issues, this.#bindings] = before;
    }
  }

  /** Returns the schemas of a union's members in the order of the source. */
  order(union: TypeView, alternatives: readonly Alternative[], node?: Node): Schema[] {
    const nameOf = (ref: string): string | undefined => this.definitions.get(refName(ref))?.name;
    return orderAlternatives(this.#compiler, union, alternatives, nameOf, node);
  }

  #inlined(type: TypeView): Schema {
    if (this.#defined.has(type) || !isStructured(type)) return this.#schema(type);
    return this.#writeOut(type, undefined, false);
  }

  #schema(type: TypeView): Schema {
    const bound = this.#bindings.get(type);
    if (bound) return bound();
    if (!isStructured(type)) return primitiveSchema(this.#context, type);
    const key = this.#defined.get(type);
    if (key !== undefined) return { $ref: toRef(key) };
    if (this.#open.has(type)) return this.#backReference(type);
    const written = this.#written.get(type);
    if (written) {
      this.#issues.push(...written.issues);
      return written.schema;
    }
    if (this.#depth > MAX_DEPTH) return this.#tooDeep(type);
    const isUnnamed = isBuiltinOrTuple(this.#compiler, type);
    return this.#writeOut(type, isUnnamed ? undefined : typeName(this.#compiler, type), true);
  }

  #backReference(type: TypeView): Schema {
    this.#open.set(type, true);
    return { $ref: toRef(this.#keyOf(type)) };
  }

  /**
   * Writes a type with members, as a definition if it has a name or contains itself.
   *
   * @param mayDefine `false` for the outermost type of an inline schema: only recursion makes it a
   * definition
   */
  #writeOut(type: TypeView, name: TypeName | undefined, mayDefine: boolean): Schema {
    const outerIssues = this.#issues;
    this.#issues = [];
    this.#open.set(type, false);
    this.#depth++;
    const schema = structureSchema(this.#context, type);
    this.#depth--;
    const isRecursive = this.#open.get(type) === true;
    this.#open.delete(type);
    const issues = this.#issues;
    this.#issues = outerIssues;
    const isNamed =
      mayDefine && name !== undefined && isWorthNaming(schema) && this.#bindings.size === 0;
    if (isRecursive || isNamed) return this.#define(type, name, schema, issues);
    this.#issues.push(...issues);
    // Inside of another open type or with bindings, the schema depends on those.
    if (this.#open.size === 0 && this.#bindings.size === 0 && mayDefine)
      this.#written.set(type, { schema, issues });
    return schema;
  }

  #define(type: TypeView, name: TypeName | undefined, schema: Schema, issues: TypeIssue[]): Schema {
    const label = name ?? typeName(this.#compiler, type);
    const key = this.#keyOf(type);
    this.definitions.set(key, {
      name: label?.name ?? 'Recursive',
      schema: canonicalSchema(withDoc(schema, label && docOf(label.symbol))),
      issues,
    });
    if (this.#bindings.size === 0) this.#defined.set(type, key);
    return { $ref: toRef(key) };
  }

  #keyOf(type: TypeView): string {
    let key = this.#keys.get(type);
    if (!key) {
      key = `${this.direction}:${this.#keys.size}`;
      this.#keys.set(type, key);
    }
    return key;
  }

  #tooDeep(type: TypeView): Schema {
    this.#context.report(
      'GATI_TYPE_TOO_DEEP',
      `The type ${this.#compiler.text(type)} is nested deeper than ${MAX_DEPTH} levels.`,
      'Let the inner part refer to a type that does not grow with each level.',
    );
    return {};
  }
}

/** A definition for `string` or `{}` would not help a reader. */
function isWorthNaming(schema: Schema): boolean {
  return schema.type === 'object' || schema.anyOf !== undefined || schema.allOf !== undefined;
}
