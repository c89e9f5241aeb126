/** A literal of TypeScript: `'it\\'s'`, `3`, `true`, `null`. */
export function toLiteral(value: string | number | boolean | null): string {
  return typeof value === 'string' ? quote(value) : String(value);
}

/** A single-quoted string literal. */
export function quote(text: string): string {
  const escaped = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'");
  // Line separators end a line for some readers of source text, though JSON leaves them as they are.
  return `'${escaped.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')}'`;
}

/** A property's name as it may stand before a colon: bare where it is an identifier, else quoted. */
export function propertyKey(name: string): string {
  // A bare `__proto__: …` of an object literal would set its prototype, a computed one would not.
  return /^[A-Za-z_$][\w$]*$/.test(name) && name !== '__proto__' ? name : quote(name);
}

export interface Notes {
  summary?: string;
  description?: string;
  deprecated?: boolean | string;
}

/** A JSDoc block with a newline behind it, or nothing. */
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
