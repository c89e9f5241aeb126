import type { TypeView } from '../compiler/compiler.ts';

/** The pattern of a template literal type: `` `user_${number}` `` is `^user_-?[0-9]…$`. */
export function toPattern(texts: readonly string[], holes: readonly TypeView[]): string {
  let pattern = '^';
  for (const [index, text] of texts.entries()) {
    pattern += text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
    const hole = holes[index];
    if (hole) pattern += holePattern(hole);
  }
  return `${pattern}$`;
}

function holePattern(hole: TypeView): string {
  if (hole.tag === 'number') return '-?[0-9]+(\\.[0-9]+)?([eE][+-]?[0-9]+)?';
  if (hole.tag === 'bigint') return '-?[0-9]+';
  return '[\\s\\S]*';
}
