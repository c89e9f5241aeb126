/** Prints a TypeScript literal: `'it\'s'`, `3`, `true`, `null`. */
export function toLiteral(value: string | number | boolean | null): string {
  return typeof value === 'string' ? quote(value) : String(value);
}

/** Prints a single-quoted string literal. */
export function quote(text: string): string {
  const escaped = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'");
  // Some parsers treat these separators as line ends, but JSON does not escape them.
  return `'${escaped.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')}'`;
}

/** Prints the key of a property: an identifier as it is, any other name quoted. */
export function propertyKey(name: string): string {
  // In an object literal this key would set the prototype, so callers compute it there.
  return /^[A-Za-z_$][\w$]*$/.test(name) && name !== '__proto__' ? name : quote(name);
}

/** Documentation of a route, field or type. */
export interface Notes {
  summary?: string;
  description?: string;
  /** `true`, or the text of the `@deprecated` tag. */
  deprecated?: boolean | string;
}

/** Prints a JSDoc block and a newline, or an empty string if there is nothing to say. */
export function jsDoc({ summary, description, deprecated }: Notes, indent = ''): string {
  const texts = [summary, description === summary ? undefined : description].filter((text) => text);
  if (deprecated) texts.push(deprecated === true ? '@deprecated' : `@deprecated ${deprecated}`);
  if (texts.length === 0) return '';
  const lines = texts
    .join('\n')
    .replaceAll('*/', '*\\/')
    .split(/\r?\n/)
    .map((line) => line.trimEnd());
  if (lines.length === 1) return `${indent}/** ${lines[0]} */\n`;
  return `${indent}/**\n${lines.map((line) => `${indent} *${line ? ` ${line}` : ''}\n`).join('')}${indent} */\n`;
}
