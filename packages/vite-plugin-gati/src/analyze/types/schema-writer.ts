import { canonicalSchema, type Schema, toRef, type GatiCode } from '@gati/contract';
import { hasFlag, type Compiler, type PropertyView, type TypeView } from '../compiler/compiler.ts';
import { BIGINT, type Builtin, builtinOf } from './builtins.ts';
import { withDoc } from './doc-comments.ts';
import { type TypeName, typeName } from './type-names.ts';
import {
  docOf,
  isClassMember,
  isFunctionType,
  isLost,
  isStructured,
  literalSchema,
  stripUndefined,
} from './type-shapes.ts';
import { toPattern } from './template-pattern.ts';

export type Direction = 'request' | 'response';

/** Something in a type that a contract can't say; whoever uses the type knows the place. */
export interface TypeIssue {
  code: GatiCode;
  message: string;
  fix: string;
}

export interface Definition {
  name: string;
  schema: Schema;
  issues: TypeIssue[];
}

/** What stands for a type parameter while the body of a generic helper is read. */
export type Bindings = ReadonlyMap<TypeView, () => Schema>;

const NONE: Bindings = new Map();
const MAX_DEPTH = 40;
const NEVER: Schema = { not: {} };

/**
 * Turns types into schemas for one direction of travel. What was found out stays until the program changes.
 * References inside of its schemas are keys into {@link definitions}, not names: names are given for a whole route at once.
 */
export class SchemaWriter {
  readonly definitions: Map<string, Definition> = new Map();
  readonly #compiler: Compiler;
  readonly direction: Direction;
  readonly #known = new Map<TypeView, { schema: Schema; issues: TypeIssue[] }>();
  readonly #named = new Map<TypeView, string>();
  /** Being written right now; `true` once something refers back to it. */
  readonly #open = new Map<TypeView, boolean>();
  #issues: TypeIssue[] = [];
  #bindings: Bindings = NONE;
  #depth = 0;

  constructor(compiler: Compiler, direction: Direction) {
    this.#compiler = compiler;
    this.direction = direction;
  }

  /** @param inline the outermost type is written out even where it has a name. */
  write(
    type: TypeView,
    { inline = false, bindings = NONE }: { inline?: boolean; bindings?: Bindings } = {},
  ): { schema: Schema; issues: TypeIssue[] } {
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

  /** The definition's key for a type that leads back to itself while it is being inlined. */
  #inlined(type: TypeView): Schema {
    if (this.#named.has(type) || !isStructured(type)) return this.#schema(type);
    return this.#guarded(type, undefined, false);
  }

  #schema(type: TypeView): Schema {
    const bound = this.#bindings.get(type);
    if (bound) return bound();
    if (!isStructured(type)) return this.#leaf(type);
    const key = this.#named.get(type);
    if (key !== undefined) return { $ref: toRef(key) };
    if (this.#open.has(type)) return this.#backReference(type);
    const known = this.#known.get(type);
    if (known) {
      this.#issues.push(...known.issues);
      return known.schema;
    }
    if (this.#depth > MAX_DEPTH) return this.#tooDeep(type);
    const name = this.#isPlain(type) ? undefined : typeName(this.#compiler, type);
    return this.#guarded(type, name, true);
  }

  /** Arrays and wrappers of the platform are never definitions. */
  #isPlain(type: TypeView): boolean {
    return (
      type.tag === 'object' &&
      (builtinOf(this.#compiler.symbol(type)) !== undefined ||
        this.#compiler.tuple(type) !== undefined)
    );
  }

  #backReference(type: TypeView): Schema {
    this.#open.set(type, true);
    return { $ref: toRef(this.#keyOf(type)) };
  }

  #guarded(type: TypeView, name: TypeName | undefined, define: boolean): Schema {
    const outer = this.#issues;
    this.#issues = [];
    this.#open.set(type, false);
    this.#depth++;
    let schema = this.#structure(type);
    this.#depth--;
    const recursive = this.#open.get(type) === true;
    this.#open.delete(type);
    const issues = this.#issues;
    this.#issues = outer;
    const inlineAlias = name && !define;
    const asDefinition =
      recursive ||
      (define &&
        name !== undefined &&
        !inlineAlias &&
        isWorthNaming(schema) &&
        this.#bindings.size === 0);
    if (!asDefinition) {
      this.#issues.push(...issues);
      // Depends on what else was open or bound: not to be kept.
      if (this.#open.size === 0 && this.#bindings.size === 0 && define)
        this.#known.set(type, { schema, issues });
      return schema;
    }
    const label = name ?? typeName(this.#compiler, type);
    const doc = label && docOf(label.symbol);
    schema = withDoc(schema, doc);
    const key = this.#keyOf(type);
    this.definitions.set(key, {
      name: label?.name ?? 'Recursive',
      schema: canonicalSchema(schema),
      issues,
    });
    if (this.#bindings.size === 0) this.#named.set(type, key);
    return { $ref: toRef(key) };
  }

  readonly #keys = new Map<TypeView, string>();

  #keyOf(type: TypeView): string {
    let key = this.#keys.get(type);
    if (!key) this.#keys.set(type, (key = `${this.direction}:${this.#keys.size}`));
    return key;
  }

  #tooDeep(type: TypeView): Schema {
    this.#report(
      'GATI_TYPE_TOO_DEEP',
      `The type ${this.#compiler.text(type)} is nested deeper than ${MAX_DEPTH} levels.`,
      'Let the inner part refer to a type that does not grow with each level.',
    );
    return {};
  }

  #report(code: GatiCode, message: string, fix: string): void {
    this.#issues.push({ code, message, fix });
  }

  #leaf(type: TypeView): Schema {
    switch (type.tag) {
      case 'string':
      case 'stringMapping':
        return { type: 'string' };
      case 'number':
        return { type: 'number' };
      case 'boolean':
        return { type: 'boolean' };
      case 'bigint':
        return BIGINT;
      case 'null':
        return { type: 'null' };
      case 'literal':
        return literalSchema(type.value!);
      case 'template':
        return {
          type: 'string',
          pattern: toPattern(type.texts ?? [], this.#compiler.members(type)),
        };
      case 'never':
        return NEVER;
      case 'undefined':
      case 'void':
      case 'symbol':
        return NEVER;
      case 'nonPrimitive':
        return { type: 'object' };
      case 'any':
        return this.#any(type);
      case 'parameter':
      case 'deferred':
        return this.#unresolved(type);
      default:
        return {};
    }
  }

  #any(type: TypeView): Schema {
    if (type.unresolved) {
      this.#report(
        'GATI_TYPE_UNRESOLVED',
        'A type could not be resolved, so anything is accepted in its place.',
        'Run `gati check`, install what is missing or correct the import.',
      );
    } else if (this.direction === 'response') {
      this.#report(
        'GATI_TYPE_ANY',
        'The body contains `any`, so the contract says nothing about it.',
        'Give the value a type.',
      );
    }
    return {};
  }

  #unresolved(type: TypeView): Schema {
    const constraint = this.#compiler.constraint(type);
    if (
      constraint &&
      constraint !== type &&
      constraint.tag !== 'parameter' &&
      constraint.tag !== 'deferred' &&
      constraint.tag !== 'unknown'
    ) {
      return this.#schema(constraint);
    }
    this.#report(
      'GATI_TYPE_GENERIC',
      `The type ${this.#compiler.text(type)} is not known here.`,
      'Call the generic function with explicit type arguments, or give its result a type.',
    );
    return {};
  }

  #structure(type: TypeView): Schema {
    if (type.tag === 'union') return this.#union(this.#compiler.members(type));
    if (type.tag === 'intersection') return this.#intersection(type);
    return this.#object(type);
  }

  #union(members: readonly TypeView[]): Schema {
    const kept = members.filter(
      (member) =>
        member.tag !== 'undefined' && member.tag !== 'void' && !isLost(this.#compiler, member),
    );
    return { anyOf: kept.map((member) => this.#schema(member)) };
  }

  /** `string & { __brand: 'Id' }` travels as the string; everything else as the object that it makes. */
  #intersection(type: TypeView): Schema {
    const members = this.#compiler.members(type);
    const primitive = members.find((member) =>
      ['string', 'number', 'boolean', 'bigint', 'literal', 'template', 'stringMapping'].includes(
        member.tag,
      ),
    );
    if (primitive) return this.#schema(primitive);
    const special = members.find((member) => member.tag === 'object' && this.#isPlain(member));
    if (special) return this.#schema(special);
    if (members.some((member) => member.tag === 'parameter' || member.tag === 'deferred'))
      return { allOf: members.map((member) => this.#schema(member)) };
    return this.#members(type);
  }

  #object(type: TypeView): Schema {
    const tuple = this.#compiler.tuple(type);
    if (tuple) return this.#tuple(type, tuple.elements);
    const builtin = builtinOf(this.#compiler.symbol(type));
    if (builtin) return this.#builtin(type, builtin);
    if (this.direction === 'response') {
      const json = this.#compiler.properties(type).find(({ name }) => name === 'toJSON');
      const [result] = json ? this.#compiler.returns(json.type) : [];
      if (result) return this.#schema(result);
    }
    return this.#members(type);
  }

  #builtin(type: TypeView, builtin: Builtin): Schema {
    if (builtin.kind === 'schema') return builtin.schema;
    const [first, second] = this.#compiler.typeArguments(type);
    const inner = (part: TypeView | undefined): Schema => (part ? this.#element(part) : {});
    switch (builtin.kind) {
      case 'array':
        return { type: 'array', items: inner(first) };
      case 'set':
        return { type: 'array', items: inner(first), uniqueItems: true, 'x-gati-codec': 'set' };
      case 'map':
        return {
          type: 'object',
          ...this.#propertyNames(first),
          additionalProperties: inner(second),
          'x-gati-codec': 'map',
        };
      case 'promise':
        return inner(first);
      case 'asyncIterable':
        return { type: 'array', items: inner(first) };
      default:
        this.#report(
          'GATI_TYPE_NOT_JSON',
          `${this.#compiler.text(type)} has no form in JSON.`,
          'Send its content as a plain object, an array or a string.',
        );
        return {};
    }
  }

  /** An element that is `undefined`, a function or a symbol becomes `null` in an array. */
  #element(type: TypeView): Schema {
    const members = type.tag === 'union' ? this.#compiler.members(type) : [type];
    const holes = members.some(
      (member) =>
        member.tag === 'undefined' || member.tag === 'void' || isLost(this.#compiler, member),
    );
    if (!holes) return this.#schema(type);
    return {
      anyOf: [
        ...members
          .filter(
            (member) =>
              !isLost(this.#compiler, member) &&
              member.tag !== 'undefined' &&
              member.tag !== 'void',
          )
          .map((member) => this.#schema(member)),
        { type: 'null' },
      ],
    };
  }

  #propertyNames(key: TypeView | undefined): Schema {
    if (!key) return {};
    const members = key.tag === 'union' ? this.#compiler.members(key) : [key];
    if (members.every((member) => member.tag === 'literal'))
      return { propertyNames: { enum: members.map((member) => String(member.value)) } };
    if (key.tag === 'template') return { propertyNames: this.#leaf(key) };
    return {};
  }

  #tuple(type: TypeView, elements: readonly string[]): Schema {
    const types = this.#compiler.typeArguments(type);
    const rest = elements.indexOf('rest');
    const fixed = rest === -1 ? elements.length : rest;
    const required = elements.slice(0, fixed).filter((element) => element === 'required').length;
    const prefixItems = types
      .slice(0, fixed)
      .map((each) => this.#element(stripUndefined(this.#compiler, each)));
    const schema: Schema = { type: 'array' };
    if (prefixItems.length > 0) schema.prefixItems = prefixItems;
    const after = rest === -1 ? [] : types.slice(rest).map((each) => this.#element(each));
    schema.items = rest === -1 ? false : after.length === 1 ? after[0]! : { anyOf: after };
    const least =
      required + elements.slice(fixed + 1).filter((element) => element === 'required').length;
    if (least > 0) schema.minItems = least;
    if (rest === -1) schema.maxItems = elements.length;
    return schema;
  }

  #members(type: TypeView): Schema {
    const properties = this.#compiler.properties(type);
    const indexes = this.#compiler.indexes(type);
    if (properties.length === 0 && indexes.length === 0) {
      if (isFunctionType(this.#compiler, type)) {
        this.#report(
          'GATI_TYPE_NOT_JSON',
          'A function has no form in JSON.',
          'Call it and send what it returns.',
        );
        return {};
      }

      return { type: 'object' };
    }
    const schema: Schema = { type: 'object' };
    const entries: [string, Schema][] = [];
    const required: string[] = [];
    for (const property of properties) {
      const written = this.#property(property);
      if (!written) continue;
      entries.push([property.name, written.schema]);
      if (!written.optional) required.push(property.name);
    }
    if (entries.length > 0) schema.properties = Object.fromEntries(entries);
    if (required.length > 0) schema.required = required;
    const named = indexes.filter(({ key }) => key.tag !== 'symbol');
    if (named.length > 0) {
      schema.additionalProperties =
        named.length === 1
          ? this.#element(named[0]!.value)
          : { anyOf: named.map(({ value }) => this.#element(value)) };
      if (properties.length === 0 && named.length === 1)
        Object.assign(schema, this.#propertyNames(named[0]!.key));
    }
    return schema;
  }

  #property({
    name,
    optional,
    type,
    symbol,
  }: PropertyView): { schema: Schema; optional: boolean } | undefined {
    // Keys that are symbols (brands too) never travel.
    if (name.startsWith('__@') || name.startsWith('\u00fe@')) return undefined;
    const members = type.tag === 'union' ? this.#compiler.members(type) : [type];
    const missing = members.some((member) => member.tag === 'undefined' || member.tag === 'void');
    const kept = members.filter((member) => member.tag !== 'undefined' && member.tag !== 'void');
    if (kept.length === 0) return undefined;
    if (hasFlag(symbol, 'method')) return undefined;
    if (this.direction === 'response' && hasFlag(symbol, 'accessor') && isClassMember(symbol)) {
      this.#report(
        'GATI_TYPE_NOT_JSON',
        `The getter \`${name}\` is defined on the class, so JSON leaves it out.`,
        'Give the class a `toJSON`, or copy the value into a plain object.',
      );
      return undefined;
    }
    const lost = kept.filter((member) => isLost(this.#compiler, member));
    if (lost.length > 0) {
      this.#report(
        'GATI_TYPE_NOT_JSON',
        `The property \`${name}\` is a function or a symbol, which JSON leaves out.`,
        `Leave \`${name}\` out of the value.`,
      );
      if (lost.length === kept.length) return undefined;
    }
    if (
      this.direction === 'response' &&
      kept.length === 1 &&
      kept[0]!.tag === 'object' &&
      builtinOf(this.#compiler.symbol(kept[0]!))?.kind === 'promise'
    ) {
      this.#report(
        'GATI_TYPE_NOT_JSON',
        `The property \`${name}\` is a promise, which is \`{}\` in JSON.`,
        `Await \`${name}\` first.`,
      );
      return { schema: { type: 'object' }, optional: optional || missing };
    }
    const schema =
      kept.length === members.length ? this.#schema(type) : this.#schemaOfSome(type, kept, missing);
    return {
      schema: withDoc(schema, docOf(symbol)),
      optional: optional || missing || lost.length > 0,
    };
  }

  /** `T | undefined` keeps the name of `T`. */
  #schemaOfSome(type: TypeView, kept: readonly TypeView[], missing: boolean): Schema {
    if (kept.length === 1) return this.#schema(kept[0]!);
    const alias = missing ? undefined : this.#compiler.alias(type);
    return alias ? this.#schema(type) : { anyOf: kept.map((member) => this.#schema(member)) };
  }
}

/** A name for `string` or `{}` tells nobody anything. */
function isWorthNaming(schema: Schema): boolean {
  return schema.type === 'object' || schema.anyOf !== undefined || schema.allOf !== undefined;
}
