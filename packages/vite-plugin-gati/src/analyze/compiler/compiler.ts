import type { Node, SourceFile } from 'typescript-7/unstable/ast';

/**
 * What the analysis asks of a compiler. Two implementations answer alike: the TypeScript 7 API (another process, so questions are asked
 * in batches) and the classic one. Syntax trees have the shape of TypeScript 7; kinds are read through {@link Compiler.kind}.
 * A view (of a type or symbol) is one object a snapshot, so identity can be used as a key until the next {@link Compiler.update}.
 */
export interface Compiler {
  readonly engine: 'typescript-7' | 'typescript-classic';
  update(changes: FileChanges): void;
  close(): void;

  kind(node: Node): number;
  /** A kind that stands in a node as a plain number, such as the operator of `!x`. */
  toKind(kind: number): number;
  source(file: string): SourceFile | undefined;
  /** Semantic errors of a file, in the order of their positions. */
  errors(file: string): { position: number; code: number; text: string }[];

  symbolsAt(nodes: readonly Node[]): (SymbolView | undefined)[];
  typesAt(nodes: readonly Node[]): TypeView[];
  /** What `{ name }` reads: the variable, where {@link symbolsAt} gives the property. */
  shorthandValue(node: Node): SymbolView | undefined;
  /** Through import and export aliases to the declaration. */
  target(symbol: SymbolView): SymbolView;
  moduleExports(file: string): Map<string, SymbolView>;
  declaredType(symbol: SymbolView): TypeView;
  typesOf(symbols: readonly SymbolView[]): TypeView[];
  /** Declared parameter types of the signature that a call was resolved to, type arguments filled in. */
  callParameters(call: Node): { declared: TypeView[]; filled: TypeView[] };

  /** Of a union, an intersection, or the holes of a template literal. */
  members(type: TypeView): readonly TypeView[];
  properties(type: TypeView): readonly PropertyView[];
  property(type: TypeView, name: string): TypeView | undefined;
  indexes(type: TypeView): readonly IndexView[];
  /** What its call signatures return; empty for what can't be called. */
  returns(type: TypeView): readonly TypeView[];
  /** `true` for what `new` can be used on and which is no instance. */
  constructs(type: TypeView): boolean;
  typeArguments(type: TypeView): readonly TypeView[];
  tuple(type: TypeView): TupleView | undefined;
  symbol(type: TypeView): SymbolView | undefined;
  alias(type: TypeView): AliasView | undefined;
  baseTypes(type: TypeView): readonly TypeView[];
  /** What a type parameter or a type that is not resolved yet is known to be. */
  constraint(type: TypeView): TypeView | undefined;
  text(type: TypeView): string;
}

export interface FileChanges {
  /** Absolute, with `/`. */
  changed: readonly string[];
  created: readonly string[];
  deleted: readonly string[];
}

export type TypeTag =
  | 'any'
  | 'unknown'
  | 'never'
  | 'void'
  | 'undefined'
  | 'null'
  | 'string'
  | 'number'
  | 'boolean'
  | 'bigint'
  | 'symbol'
  | 'literal'
  | 'template'
  | 'stringMapping'
  | 'union'
  | 'intersection'
  | 'nonPrimitive'
  | 'object'
  | 'parameter'
  | 'deferred';

export interface TypeView {
  readonly tag: TypeTag;
  /** Of a `literal`, an enum's member included. */
  readonly value?: string | number | boolean | bigint;
  /** Of a `template`: the texts around its holes. */
  readonly texts?: readonly string[];
  /** The compiler could not resolve it (a missing import): `any` by accident. */
  readonly unresolved?: boolean;
  /** An `interface` or a class with its arguments, an instantiated generic, a tuple or an array. */
  readonly reference?: boolean;
}

export interface SymbolView {
  readonly name: string;
  /** `SymbolFlags` of TypeScript, the same in both. */
  readonly flags: number;
  readonly declarations: readonly DeclarationView[];
}

export interface DeclarationView {
  /** Absolute, with `/`; lower case where the file system does not tell cases apart. */
  readonly file: string;
  node(): Node | undefined;
}

export interface PropertyView {
  readonly name: string;
  readonly optional: boolean;
  readonly type: TypeView;
  readonly symbol: SymbolView;
}

export interface IndexView {
  readonly key: TypeView;
  readonly value: TypeView;
}

export interface TupleView {
  /** One an element, beside the type arguments. */
  readonly elements: readonly ('required' | 'optional' | 'rest')[];
}

export interface AliasView {
  readonly symbol: SymbolView;
  readonly typeArguments: readonly TypeView[];
}

/** What a program is made of. */
export interface CompilerOptions {
  root: string;
  /** A tsconfig; it may exist only in the overlay. */
  configFile: string;
  /** Text that stands in for a file's own; `undefined` for the file as it is on disk. */
  overlay(file: string): string | undefined;
  /** Is given the compiler's reader of configurations before `configFile` is read from the overlay. */
  setParser(parse: (file: string) => ParsedConfig | undefined): void;
}

export interface ParsedConfig {
  /** Absolute. */
  files: readonly string[];
}

export const SYMBOL_FLAGS = {
  variable: 3,
  property: 4,
  enumMember: 8,
  function: 16,
  class: 32,
  interface: 64,
  method: 8192,
  accessor: 98_304,
  typeAlias: 524_288,
  alias: 2_097_152,
  optional: 16_777_216,
} as const;

export function hasFlag(symbol: SymbolView, flag: keyof typeof SYMBOL_FLAGS): boolean {
  return (symbol.flags & SYMBOL_FLAGS[flag]) !== 0;
}
