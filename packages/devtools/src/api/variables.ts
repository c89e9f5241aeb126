/** A variable in a text of the playground: `{{name}}`. */
export const VARIABLE: RegExp = /\{\{\s*([\w.-]{1,64})\s*\}\}/g;

/** Whether a text is variables only, or empty, so that it contains no value. */
export const isVariablesOnly = (text: string): boolean =>
  text.replaceAll(VARIABLE, '').trim() === '';
