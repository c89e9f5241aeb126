import type { Node, SourceFile } from 'typescript-7/unstable/ast';

/**
 * The part of a compiler that the analysis uses. Two implementations give equal results: the
 * TypeScript 7 API, which runs in another process and so takes questions in batches, and the
 * classic API. Syntax trees have the shape of TypeScript 7; read their kinds through
 * {@link Compiler.kind}.
 *
 * Until the next {@link Compiler.update}, a type or symbol is always the same view object, so views
 * can be used as keys.
 */
export interface Compiler {
  readonly engine: 'typescript-7' | 'typescript-classic';
  update(changes: FileChanges): void;
  close(): void;

  kind(node: Node): number;
  /** Converts a kind that a node has as a number, such as the operator of `!x`. */
  toKind(kind: number): number;
  source(file: string): SourceFile | undefined;
  /** Semantic errors of a file, sorted by position. */
  errors(file: string): { position: number; code: number; text: string }[];

  symbolsAt(nodes: readonly Node[]): (SymbolView | undefined)[];
  typesAt(nodes: readonly Node[]): TypeView[];
  /** The variable that `{ name }` reads. {@link Compiler.symbolsAt} returns the property. */
  shorthandValue(node: Node): SymbolView | undefined;
  /** Follows import and export aliases to the declared symbol. */
  target(symbol: SymbolView): SymbolView;
  moduleExports(file: string): Map<string, SymbolView>;
  declaredType(symbol: SymbolView): TypeView;
  typesOf(symbols: readonly SymbolView[]): TypeView[];
  /**
   * Parameter types of the signature that a call resolves to, both as declared and with type
   * arguments filled in. Empty for a function that is not generic.
   */
  callParameters(call: Node): { declared: TypeView[]; filled: TypeView[] };

  /** The members of a union or an intersection, or the placeholders of a template literal. */
  members(type: TypeView): readonly TypeView[];
  properties(type: TypeView): readonly PropertyView[];
  property(type: TypeView, name: string): TypeView | undefined;
  indexes(type: TypeView): readonly IndexView[];
  /** The return types of the call signatures; empty for a type that can't be called. */
  returns(type: TypeView): readonly TypeView[];
  /** Whether the type has construct signatures: a class itself, not its instances. */
  constructs(type: TypeView): boolean;
  typeArguments(type: TypeView): readonly TypeView[];
  tuple(type: TypeView): TupleView | undefined;
  symbol(type: TypeView): SymbolView | undefined;
  alias(type: TypeView): AliasView | undefined;
  baseTypes(type: TypeView): readonly TypeView[];
  /** The base constraint of a type parameter or a deferred type. */
  constraint(type: TypeView): TypeView | undefined;
  /** Whether a value of the type `from` can be assigned to the type `to`. */
  isAssignable(from: TypeView, to: TypeView): boolean;
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
  /** The value of a `literal`, which may be a member of an enum. */
  readonly value?: string | number | boolean | bigint;
  /** The strings around the placeholders of a `template`. */
  readonly texts?: readonly string[];
  /** The compiler could not resolve the type, for example a missing import, and made it `any`. */
  readonly unresolved?: boolean;
  /** The type is an interface, class or other generic with its arguments, a tuple or an array. */
  readonly reference?: boolean;
}

export interface SymbolView {
  readonly name: string;
  /** `SymbolFlags`, whose values are the same in both compilers. */
  readonly flags: number;
  readonly declarations: readonly DeclarationView[];
}

export interface DeclarationView {
  /** Absolute, with `/`; lower case on a file system that ignores case. */
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
  /** One per type argument. */
  readonly elements: readonly ('required' | 'optional' | 'rest')[];
}

export interface AliasView {
  readonly symbol: SymbolView;
  readonly typeArguments: readonly TypeView[];
}

/** The input of a compiler. */
export interface CompilerOptions {
  root: string;
  /** A tsconfig file. It may exist in the overlay only. */
  configFile: string;
  /** Returns the text that replaces a file's own; `undefined` to read the file from disk. */
  overlay(file: string): string | undefined;
  /**
   * Receives the compiler's parser of configurations, before the compiler reads `configFile` from
   * the overlay.
   */
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
