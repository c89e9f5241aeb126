import type { GatiCode, Schema } from '@gati/contract';
import type { Node } from 'typescript-7/unstable/ast';
import type { Compiler, TypeView } from '../compiler/compiler.ts';

/** Whether a value comes in with a request or goes out with a response. */
export type Direction = 'request' | 'response';

/** A place in a source file. */
export interface SourcePlace {
  source: { fileName: string; text: string };
  /** Offset in the text, in UTF-16 units. */
  position: number;
}

/** A part of a type that a contract can't express. */
export interface TypeIssue {
  code: GatiCode;
  message: string;
  fix: string;
  /** Absent: the place is that of the code that uses the type. */
  place?: SourcePlace;
}

/** The part of `SchemaWriter` that the functions for single kinds of types use. */
export interface SchemaContext {
  readonly compiler: Compiler;
  readonly direction: Direction;
  /** The schema of a type inside of the one that is written: a `$ref` where it is a definition. */
  schemaOf(type: TypeView): Schema;
  /**
   * The schema of some members of a union, in the order of the source.
   *
   * @param node the type as the source writes it, if the union has no name
   */
  unionOf(union: TypeView, members: readonly TypeView[], node?: Node): Schema;
  report(code: GatiCode, message: string, fix: string, place?: SourcePlace): void;
}
