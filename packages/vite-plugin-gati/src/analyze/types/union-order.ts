import { canonicalJson, type Schema, sortSchema } from '@gati/contract';
import { compareLiterals } from '@gati/contract/internal';
import { type Node, SyntaxKind as K } from 'typescript-7/unstable/ast';
import type { Compiler, TypeView } from '../compiler/compiler.ts';

/** A member of a union, and its schema. */
export interface Alternative {
  type: TypeView;
  schema: Schema;
}

/** Maximum depth of unions in unions that are followed. */
const MAX_DEPTH = 8;

/**
 * Returns the schemas of a union's members as the source writes them. Each compiler sorts the
 * members in another way, so members without a written order are sorted by their schemas.
 *
 * @param node the type as the source writes it, if the union has no name
 * @param nameOf returns the name of the definition that a `$ref` means: its key depends on the order
 */
export function orderAlternatives(
  compiler: Compiler,
  union: TypeView,
  alternatives: readonly Alternative[],
  nameOf: (ref: string) => string | undefined,
  node?: Node,
): Schema[] {
  if (alternatives.length < 2) return alternatives.map(({ schema }) => schema);
  const written = new Map(writtenKeys(compiler, union, node).map((key, index) => [key, index]));
  const placeOf = ({ type }: Alternative): number | undefined => written.get(keyOf(type));
  const sorted = alternatives.every((each) => placeOf(each) !== undefined)
    ? alternatives.toSorted((a, b) => placeOf(a)! - placeOf(b)!)
    : sortByText(alternatives, nameOf);
  return sorted.map(({ schema }) => schema);
}

function sortByText(
  alternatives: readonly Alternative[],
  nameOf: (ref: string) => string | undefined,
): Alternative[] {
  const textOf = (schema: Schema): string =>
    canonicalJson(sortSchema(schema)).replaceAll(
      /"\$ref":"([^"]*)"/g,
      (_, ref: string) => `"$ref":"${nameOf(ref) ?? ref}"`,
    );
  return alternatives
    .map((each) => ({ each, text: textOf(each.schema) }))
    .sort((a, b) => {
      const [one, other] = [a.each.schema.const, b.each.schema.const];
      if (one !== undefined && other !== undefined) return compareLiterals(one, other);
      return a.text < b.text ? -1 : a.text > b.text ? 1 : 0;
    })
    .map(({ each }) => each);
}

type Key = TypeView | string;

/**
 * Returns the same key for a type and for a literal of it in the source. Each object, intersection
 * and template is its own key.
 */
function keyOf(type: TypeView): Key {
  if (type.tag === 'literal') return `${typeof type.value}:${type.value}`;
  return type.tag === 'object' || type.tag === 'intersection' || type.tag === 'template'
    ? type
    : type.tag;
}

/** Returns the keys of a union's members in the order of the source; empty if that is unknown. */
function writtenKeys(
  compiler: Compiler,
  union: TypeView,
  node: Node | undefined,
  depth = 0,
): Key[] {
  const alias = compiler.alias(union);
  const declaration = alias?.symbol.declarations[0]?.node() as
    | { type?: Node; typeParameters?: readonly { name: { text: string } }[] }
    | undefined;
  const from = declaration?.type ?? node;
  if (depth > MAX_DEPTH) return [];
  if (!from) return enumKeys(compiler, union);
  const passed = new Map(
    (declaration?.typeParameters ?? []).map(({ name }, index) => [
      name.text,
      alias!.typeArguments[index],
    ]),
  );
  const leaves = leavesOf(compiler, from);
  const asked = leaves.filter((leaf) => literalKey(compiler, leaf) === undefined);
  const types = new Map(compiler.typesAt(asked).map((type, index) => [asked[index]!, type]));
  return leaves.flatMap((leaf): Key[] => {
    const literal = literalKey(compiler, leaf);
    if (literal !== undefined) return literal;
    const type = passed.get(typeNameOf(leaf)) ?? types.get(leaf)!;
    if (type.tag === 'boolean') return BOOLEAN;
    if (type.tag !== 'union' || type === union) return [keyOf(type)];
    const inner = writtenKeys(compiler, type, undefined, depth + 1);
    // Members of an unnamed union have no order that all compilers share.
    return inner.length > 0 ? inner : compiler.members(type).map(keyOf).toSorted();
  });
}

function enumKeys(compiler: Compiler, union: TypeView): Key[] {
  const declaration = compiler.symbol(union)?.declarations[0]?.node();
  if (!declaration || compiler.kind(declaration) !== K.EnumDeclaration) return [];
  const { members } = declaration as unknown as { members: readonly Node[] };
  return compiler.typesAt(members).map(keyOf);
}

const BOOLEAN: Key[] = ['boolean', 'boolean:true', 'boolean:false'];

/** Returns the types between the `|` of a type. */
function leavesOf(compiler: Compiler, node: Node): Node[] {
  const kind = compiler.kind(node);
  if (kind === K.UnionType)
    return (node as unknown as { types: readonly Node[] }).types.flatMap((each) =>
      leavesOf(compiler, each),
    );
  return kind === K.ParenthesizedType
    ? leavesOf(compiler, (node as unknown as { type: Node }).type)
    : [node];
}

/** Returns the keys of a literal or a keyword, which need no compiler; `undefined` for another type. */
function literalKey(compiler: Compiler, node: Node): Key[] | undefined {
  const kind = compiler.kind(node);
  if (kind === K.StringKeyword) return ['string'];
  if (kind === K.NumberKeyword) return ['number'];
  if (kind === K.BooleanKeyword) return BOOLEAN;
  if (kind === K.UndefinedKeyword) return ['undefined'];
  if (kind !== K.LiteralType) return undefined;
  const { literal } = node as unknown as { literal: Node & { text?: string } };
  const literalKind = compiler.kind(literal);
  if (literalKind === K.NullKeyword) return ['null'];
  if (literalKind === K.TrueKeyword) return ['boolean:true'];
  if (literalKind === K.FalseKeyword) return ['boolean:false'];
  if (literalKind === K.StringLiteral) return [`string:${literal.text}`];
  return literalKind === K.NumericLiteral ? [`number:${Number(literal.text)}`] : undefined;
}

function typeNameOf(node: Node): string {
  const { typeName } = node as unknown as { typeName?: { text?: string } };
  return typeName?.text ?? '';
}

/** Returns the type node of the items of `T[]`, `readonly T[]` and `Array<T>`. */
export function itemNodeOf(compiler: Compiler, node: Node | undefined): Node | undefined {
  if (!node) return undefined;
  const kind = compiler.kind(node);
  const { type, elementType, typeArguments } = node as unknown as {
    type?: Node;
    elementType?: Node;
    typeArguments?: readonly Node[];
  };
  if (kind === K.ArrayType) return elementType;
  if (kind === K.TypeOperator || kind === K.ParenthesizedType) return itemNodeOf(compiler, type);
  return kind === K.TypeReference && typeArguments?.length === 1 ? typeArguments[0] : undefined;
}
