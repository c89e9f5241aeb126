import type { Schema } from '@gati/contract';
import { type Node, SyntaxKind as K } from 'typescript-7/unstable/ast';
import {
  type Compiler,
  hasFlag,
  type IndexView,
  type PropertyView,
  type SymbolView,
  type TypeView,
} from '../compiler/compiler.ts';
import { builtinOf } from './builtins.ts';
import { withDoc } from './doc-comments.ts';
import { findLostRules } from './doc-rules.ts';
import { fieldSchema, keySchema } from './element-schema.ts';
import type { SchemaContext } from './schema-context.ts';
import { typeName } from './type-names.ts';
import { itemNodeOf } from './union-order.ts';
import {
  docOf,
  isClassMember,
  isFunctionType,
  isLost,
  isUndefined,
  membersOf,
} from './type-shapes.ts';

/**
 * The schema of an object type by its properties and index signatures.
 *
 * @param isLeftOut whether JSON never has a property
 */
export function membersSchema(
  context: SchemaContext,
  type: TypeView,
  isLeftOut: (symbol: SymbolView) => boolean = () => false,
): Schema {
  const { compiler } = context;
  const properties = compiler.properties(type).filter(({ symbol }) => !isLeftOut(symbol));
  const indexes = compiler.indexes(type);
  if (properties.length === 0 && indexes.length === 0) {
    if (!isFunctionType(compiler, type)) return { type: 'object' };
    context.report(
      'GATI_TYPE_NOT_JSON',
      'A function has no form in JSON.',
      'Call it and send what it returns.',
    );
    return {};
  }
  const schema: Schema = { type: 'object' };
  const entries: [string, Schema][] = [];
  const required: string[] = [];
  for (const property of properties) {
    const written = propertySchema(context, property);
    if (!written) continue;
    entries.push([property.name, written.schema]);
    if (!written.optional) required.push(property.name);
  }
  if (entries.length > 0) schema.properties = Object.fromEntries(entries);
  if (required.length > 0) schema.required = required;
  return { ...schema, ...indexSchema(context, indexes, properties.length > 0) };
}

function indexSchema(
  context: SchemaContext,
  indexes: readonly IndexView[],
  hasProperties: boolean,
): Schema {
  const [first, ...more] = indexes.filter(({ key }) => key.tag !== 'symbol');
  if (!first) return {};
  if (more.length > 0)
    return {
      additionalProperties: {
        anyOf: [first, ...more].map(({ value }) => fieldSchema(context, value)),
      },
    };
  return {
    additionalProperties: fieldSchema(context, first.value),
    ...(hasProperties ? {} : keySchema(context, first.key)),
  };
}

interface WrittenProperty {
  schema: Schema;
  optional: boolean;
}

/** `undefined` for a property that JSON never has. */
function propertySchema(
  context: SchemaContext,
  { name, optional, type, symbol }: PropertyView,
): WrittenProperty | undefined {
  const { compiler, direction } = context;
  // Names that the compiler makes for symbols, including those of brands, and for private members
  // (`#x`).
  if (/^(__|\u00fe)[@#]/.test(name) || isPrivateName(compiler, name, symbol)) return undefined;
  const members = membersOf(compiler, type);
  const kept = members.filter((member) => !isUndefined(member));
  const canMiss = optional || kept.length < members.length;
  if (kept.length === 0 || hasFlag(symbol, 'method')) return undefined;
  if (direction === 'response' && hasFlag(symbol, 'accessor') && isClassMember(compiler, symbol)) {
    context.report(
      'GATI_TYPE_NOT_JSON',
      `The getter \`${name}\` is defined on the class, so JSON leaves it out.`,
      'Give the class a `toJSON`, or copy the value into a plain object.',
    );
    return undefined;
  }
  const lost = kept.filter((member) => isLost(compiler, member));
  if (lost.length > 0) {
    context.report(
      'GATI_TYPE_NOT_JSON',
      `The property \`${name}\` is a function or a symbol, which JSON leaves out.`,
      `Leave \`${name}\` out of the value.`,
    );
    if (lost.length === kept.length) return undefined;
  }
  if (direction === 'response' && isPromise(compiler, kept)) {
    context.report(
      'GATI_TYPE_NOT_JSON',
      `The property \`${name}\` is a promise, which is \`{}\` in JSON.`,
      `Await \`${name}\` first.`,
    );
    return { schema: { type: 'object' }, optional: canMiss };
  }
  // `T | undefined` keeps the name of `T`.
  const node = (symbol.declarations[0]?.node() as { type?: Node } | undefined)?.type;
  const schema =
    kept.length === members.length
      ? schemaAt(context, type, node)
      : kept.length === 1
        ? schemaAt(context, kept[0]!, node)
        : context.unionOf(type, kept, node);
  const doc = docOf(symbol);
  for (const { code, message, fix, place } of doc ? findLostRules(doc, schema, name) : [])
    context.report(code, message, fix, place);
  return { schema: withDoc(schema, doc), optional: canMiss || lost.length > 0 };
}

/**
 * The schema of a type that is written at `node`, which shows the order of a union without a name.
 */
function schemaAt(context: SchemaContext, type: TypeView, node: Node | undefined): Schema {
  const { compiler } = context;
  if (type.tag === 'union' && node && !typeName(compiler, type))
    return context.unionOf(type, compiler.members(type), node);
  const itemNode = type.tag === 'object' ? itemNodeOf(compiler, node) : undefined;
  if (!itemNode || builtinOf(compiler.symbol(type))?.kind !== 'array')
    return context.schemaOf(type);
  const [item] = compiler.typeArguments(type);
  return item?.tag === 'union' && !compiler.members(item).some(isUndefined)
    ? { type: 'array', items: schemaAt(context, item, itemNode) }
    : context.schemaOf(type);
}

/** Whether a property is `#x`. A compiler may give it the name of the property `'#x'`. */
function isPrivateName(compiler: Compiler, name: string, symbol: SymbolView): boolean {
  if (!name.startsWith('#')) return false;
  const declaration = symbol.declarations[0]?.node() as { name?: Node } | undefined;
  return declaration?.name !== undefined && compiler.kind(declaration.name) === K.PrivateIdentifier;
}

function isPromise(compiler: Compiler, members: readonly TypeView[]): boolean {
  const [only] = members;
  return (
    members.length === 1 &&
    only!.tag === 'object' &&
    builtinOf(compiler.symbol(only!))?.kind === 'promise'
  );
}
