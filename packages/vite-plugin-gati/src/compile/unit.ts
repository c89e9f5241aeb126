/** A value that a unit's code refers to as `External[n]`. */
export type External =
  | { kind: 'pattern'; pattern: RegExp }
  | { kind: 'format'; name: string }
  | { kind: 'multiple'; of: number }
  | { kind: 'unique' }
  | { kind: 'file' }
  /** Another unit of the program. */
  | { kind: 'check' | 'stringify'; unit: string };

/**
 * One compiled schema: the text of a function expression with one parameter. Besides its externals
 * it may use `Guard` (`CodePointCount`), `json` and `quote`, which the print of the program
 * declares.
 */
export interface Unit {
  code: string;
  externals: External[];
}
