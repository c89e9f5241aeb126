/**
 * The part of a Standard Schema that a server needs, and that zod, valibot and arktype provide
 * (https://standardschema.dev).
 */
export interface StandardSchema {
  readonly '~standard': {
    readonly vendor: string;
    validate(value: unknown): StandardResult | PromiseLike<StandardResult>;
  };
}

/** Without `issues`, `value` is the result, with the transforms of the schema applied. */
export type StandardResult =
  | { readonly value: unknown; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] };

export interface StandardIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}
