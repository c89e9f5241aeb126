import type { TypeView } from '../compiler/compiler.ts';

/** Returns the pattern of a template literal type: `` `user_${number}` `` → `^user_-?[0-9]…$`. */
export function toPattern(texts: readonly string[], placeholders: readonly TypeView[]): string {
  let pattern = '^';
  for (const [index, text] of texts.entries()) {
    pattern += text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
    const placeholder = placeholders[index];
    if (placeholder) pattern += placeholderPattern(placeholder);
  }
  return `${pattern}$`;
}

function placeholderPattern(placeholder: TypeView): string {
  if (placeholder.tag === 'number') return '-?[0-9]+(\\.[0-9]+)?([eE][+-]?[0-9]+)?';
  if (placeholder.tag === 'bigint') return '-?[0-9]+';
  return '[\\s\\S]*';
}
