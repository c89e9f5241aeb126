/** A handler, and the responses that the analysis must find. */
export interface ResponseCase {
  name: string;
  /** Body of the handler `(req, res, gctx, lctx)`. */
  code?: string;
  /** Declarations before the handler. */
  before?: string;
  /** The whole export, if it is not a typed arrow function. */
  whole?: string;
  method?: string;
  /** Printed responses by status. */
  expect: Record<string, string>;
  /** Codes of the warnings. */
  warnings?: string[];
  defs?: Record<string, string>;
}

/** A printed problem response. */
export const problem = (status: number, code: string, details = ''): string =>
  `application/problem+json { type: string; title: string; status: ${status}; code: ${code === 'string' ? code : `'${code}'`}${details && `; ${details}`} }`;
