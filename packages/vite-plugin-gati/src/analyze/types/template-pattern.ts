import type { Schema } from '@gati/contract';
import type { TypeView } from '../compiler/compiler.ts';

const ANY = '[\\s\\S]*';

/**
 * Returns the schema of a template literal type, from the strings around its placeholders: ``
 * `user_${number}` `` → `^user_-?[0-9]…$`. The result of `crypto.randomUUID()` also has such a
 * type, which accepts any UUID.
 */
export function templateSchema(
  texts: readonly string[],
  placeholders: readonly TypeView[],
): Schema {
  if (placeholders.every(isText) && texts.join('|') === '|-|-|-|-|')
    return { type: 'string', format: 'uuid' };
  return { type: 'string', pattern: toPattern(texts, placeholders) };
}

function toPattern(texts: readonly string[], placeholders: readonly TypeView[]): string {
  let pattern = '^';
  for (const [index, text] of texts.entries()) {
    pattern += escape(text);
    const placeholder = placeholders[index];
    if (placeholder === undefined) continue;
    pattern += isText(placeholder)
      ? textPattern(texts[index + 1] ?? '', placeholders.slice(index + 1))
      : numberPattern(placeholder);
  }
  return `${pattern}$`;
}

/**
 * Returns the pattern of any text before `next`. If only strings follow, the first `next` is as
 * good as any other. The pattern ends there, because a search of all ways to divide a string takes
 * quadratic time.
 */
function textPattern(next: string, following: readonly TypeView[]): string {
  const [first] = following;
  if (first === undefined || !following.every(isText)) return ANY;
  if (next === '') return '';
  return next.length === 1 ? `[^${escapeInClass(next)}]*` : `(?:(?!${escape(next)})[\\s\\S])*`;
}

function numberPattern({ tag }: TypeView): string {
  return tag === 'bigint' ? '-?[0-9]+' : '-?[0-9]+(\\.[0-9]+)?([eE][+-]?[0-9]+)?';
}

function isText({ tag }: TypeView): boolean {
  return tag !== 'number' && tag !== 'bigint';
}

function escape(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

function escapeInClass(character: string): string {
  return character.replace(/[\\^\]-]/, '\\$&');
}
