/** The credentials that Schemathesis sends. */
export const isKnown = (text: string | undefined): boolean =>
  text !== undefined && ['Bearer token', 'Basic dXNlcjpwYXNz', 'key'].includes(text);
