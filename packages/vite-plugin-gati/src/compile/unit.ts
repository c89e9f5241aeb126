/** What a unit's code reaches as `External[n]`. */
export type External =
  | { kind: 'pattern'; pattern: RegExp }
  | { kind: 'format'; name: string }
  | { kind: 'multiple'; of: number }
  | { kind: 'unique' }
  | { kind: 'file' }
  /** Another unit of the program. */
  | { kind: 'check' | 'stringify'; unit: string };

/**
 * One compiled schema: the text of a function expression of one value. Beside its externals it may use `Guard`
 * (`CodePointCount`), `json` and `quote`, which {@link printProgram} brings into scope.
 */
export interface Unit {
  code: string;
  externals: External[];
}
