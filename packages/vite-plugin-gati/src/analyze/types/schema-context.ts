import type { GatiCode, Schema } from '@gati/contract';
import type { Compiler, TypeView } from '../compiler/compiler.ts';

/** Whether a value comes in with a request or goes out with a response. */
export type Direction = 'request' | 'response';

/** What a contract can't say of a type. The caller that uses the type knows the place. */
export interface TypeIssue {
  code: GatiCode;
  message: string;
  fix: string;
}

/** What the functions that write one kind of type need of the `SchemaWriter`. */
export interface SchemaContext {
  readonly compiler: Compiler;
  readonly direction: Direction;
  /** The schema of a type inside of the one that is written: a `$ref` where it is a definition. */
  schemaOf(type: TypeView): Schema;
  report(code: GatiCode, message: string, fix: string): void;
}
