import type { JsonValue, Schema } from '@gati/contract';
import type { SourcePlace } from './schema-context.ts';

export interface Doc {
  description?: string;
  /** `line`: the index of its line in the comment. */
  tags: { name: string; text: string; line: number }[];
  /** The text of the comment, and where it begins in its file. */
  comment: { text: string; start: SourcePlace };
}

/** Reads the last doc comment before a declaration, whose leading trivia begins at `position`. */
export function readDoc(source: SourcePlace['source'], position: number): Doc | undefined {
  const { text } = source;
  let at = position;
  let comment: Doc['comment'] | undefined;
  for (;;) {
    while (/\s/.test(text[at] ?? 'x') || text[at] === ',' || text[at] === ';') at++;
    if (text.startsWith('//', at)) {
      const end = text.indexOf('\n', at);
      if (end === -1) break;
      at = end + 1;
    } else if (text.startsWith('/*', at)) {
      const end = text.indexOf('*/', at);
      if (end === -1) break;
      if (text.startsWith('/**', at) && end > at + 2)
        comment = { text: text.slice(at + 3, end), start: { source, position: at + 3 } };
      at = end + 2;
    } else break;
  }
  return comment === undefined ? undefined : parseDoc(comment);
}

function parseDoc(comment: Doc['comment']): Doc {
  const lines = comment.text.split(/\r?\n/).map((line) => line.replace(/^\s*\* ?/, '').trimEnd());
  const doc: Doc = { tags: [], comment };
  const description: string[] = [];
  for (const [index, line] of lines.entries()) {
    const tag = /^\s*@([A-Za-z]+)\s*(.*)$/.exec(line);
    const last = doc.tags.at(-1);
    if (tag) doc.tags.push({ name: tag[1]!, text: tag[2]!, line: index });
    else if (last) last.text += `\n${line}`;
    else description.push(line);
  }
  for (const tag of doc.tags) tag.text = tag.text.trim();
  const prose = description
    .join('\n')
    .trim()
    .replace(/\{@link\s+([^}]*)\}/g, '$1');
  if (prose) doc.description = prose;
  return doc;
}

const NUMBERS = new Set([
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
]);
const LENGTHS = new Set(['minLength', 'maxLength']);
const COUNTS = new Set(['minItems', 'maxItems']);

/**
 * Returns where a tag is in the file of its comment.
 *
 * @param line index of the first line that may contain it
 */
export function placeOfTag(
  { comment: { text, start } }: Doc,
  name: string,
  line: number,
): SourcePlace {
  let from = 0;
  for (let index = 0; index < line; index++) from = text.indexOf('\n', from) + 1;
  const tag = new RegExp(`@${name}(?![A-Za-z])`, 'g');
  tag.lastIndex = from;
  return { ...start, position: start.position + (tag.exec(text)?.index ?? from) };
}

/** Adds what a doc comment says to a schema: description, bounds, default, examples. */
export function withDoc(schema: Schema, doc: Doc | undefined): Schema {
  if (!doc) return schema;
  let result: Schema = { ...schema };
  if (doc.description) result.description = doc.description;
  const examples: JsonValue[] = [];
  for (const { name, text } of doc.tags) {
    if (name === 'deprecated') result.deprecated = true;
    else if (name === 'secret') result['x-gati-secret'] = true;
    else if (name === 'example')
      examples.push(toValue(text.replace(/^```\w*\n?|```$/g, '').trim()));
    else if (name === 'default' || name === 'defaultValue') result.default = toValue(text);
    else result = withBound(result, name, text);
  }
  if (examples.length > 0) result.examples = examples;
  return result;
}

function withBound(schema: Schema, name: string, text: string): Schema {
  const amount = Number(text);
  if (
    (name === 'type' && text.replace(/[{}\s]/g, '') === 'integer') ||
    name === 'integer' ||
    name === 'int'
  )
    return onType(schema, 'number', (part) => ({ ...part, type: 'integer' }));
  if (text === '') return schema;
  if (NUMBERS.has(name) && Number.isFinite(amount))
    return onType(schema, 'number', (part) => ({ ...part, [name]: amount }));
  if (LENGTHS.has(name) && Number.isInteger(amount))
    return onType(schema, 'string', (part) => ({ ...part, [name]: amount }));
  if (COUNTS.has(name) && Number.isInteger(amount))
    return onType(schema, 'array', (part) => ({ ...part, [name]: amount }));
  if (name === 'pattern')
    return onType(schema, 'string', (part) => ({
      ...part,
      pattern: text.replace(/^\/(.*)\/[a-z]*$/s, '$1'),
    }));
  if (name === 'format') return onType(schema, 'string', (part) => ({ ...part, format: text }));
  return schema;
}

/**
 * Applies a bound to the part of that type, for example to the string in `string | null`. Constants
 * have no bounds.
 */
function onType(
  schema: Schema,
  type: 'number' | 'string' | 'array',
  change: (part: Schema) => Schema,
): Schema {
  const fits = schema.type === type || (type === 'number' && schema.type === 'integer');
  if (fits && schema.const === undefined && !schema.enum && !schema['x-gati-codec'])
    return change(schema);
  if (schema.anyOf)
    return { ...schema, anyOf: schema.anyOf.map((member) => onType(member, type, change)) };
  return schema;
}

function toValue(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return text.replace(/^(['"`])(.*)\1$/s, '$2');
  }
}
