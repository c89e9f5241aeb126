import type { Schema } from '@gati/contract';
import { SyntaxKind as K } from 'typescript-7/unstable/ast';
import { hasFlag, type Compiler, type SymbolView, type TypeView } from '../compiler/compiler.ts';
import { BIGINT, isLibrary } from './builtins.ts';
import { type Doc, readDoc } from './doc-comments.ts';

/** The members of a union; other types are their only member. */
export function membersOf(compiler: Compiler, type: TypeView): readonly TypeView[] {
  return type.tag === 'union' ? compiler.members(type) : [type];
}

export function isUndefined({ tag }: TypeView): boolean {
  return tag === 'undefined' || tag === 'void';
}

/** Whether JSON leaves a property of this type out: functions and symbols. */
export function isLost(compiler: Compiler, type: TypeView): boolean {
  return type.tag === 'symbol' || isFunctionType(compiler, type);
}

/** Whether a type is a function, a method or a class itself, not an instance. */
export function isFunctionType(compiler: Compiler, type: TypeView): boolean {
  if (type.tag !== 'object' || type.reference) return false;
  const symbol = compiler.symbol(type);
  if (symbol && (hasFlag(symbol, 'function') || hasFlag(symbol, 'method'))) return true;
  if (
    symbol &&
    symbol.name !== '__type' &&
    symbol.name !== '__function' &&
    symbol.name !== 'Function'
  )
    return hasFlag(symbol, 'class') && compiler.constructs(type);
  if (symbol?.name === 'Function') return true;
  return (
    compiler.properties(type).length === 0 &&
    (compiler.returns(type).length > 0 || compiler.constructs(type))
  );
}

/** The doc comment of a symbol, if the project declares it. Comments of packages are not read. */
export function docOf(symbol: SymbolView): Doc | undefined {
  for (const declaration of symbol.declarations) {
    if (declaration.file.includes('/node_modules/') || isLibrary(declaration.file)) continue;
    const node = declaration.node();
    const source = node?.getSourceFile();
    const doc = node && source?.text.includes('/**') ? readDoc(source, node.pos) : undefined;
    if (doc) return doc;
  }
  return undefined;
}

/** Whether a type has members: only such types are definitions. */
export function isStructured(type: TypeView): boolean {
  return type.tag === 'object' || type.tag === 'union' || type.tag === 'intersection';
}

/** Whether a symbol is declared in a class: an instance has it by its prototype. */
export function isClassMember(compiler: Compiler, symbol: SymbolView): boolean {
  const parent = symbol.declarations[0]?.node()?.parent;
  const kind = parent && compiler.kind(parent);
  return kind === K.ClassDeclaration || kind === K.ClassExpression;
}

/** `T | undefined` → `T`, if only one member is left. */
export function stripUndefined(compiler: Compiler, type: TypeView): TypeView {
  if (type.tag !== 'union') return type;
  const kept = compiler.members(type).filter((member) => member.tag !== 'undefined');
  return kept.length === 1 ? kept[0]! : type;
}

export function literalSchema(value: string | number | boolean | bigint): Schema {
  if (typeof value === 'bigint') return { ...BIGINT, const: String(value) };
  if (typeof value === 'string') return { type: 'string', const: value };
  return { type: typeof value === 'number' ? 'number' : 'boolean', const: value };
}
