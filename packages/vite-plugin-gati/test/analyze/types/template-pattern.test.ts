import { expect, test } from 'vitest';
import type { TypeView } from '../../../src/analyze/compiler/compiler.ts';
import { templateSchema } from '../../../src/analyze/types/template-pattern.ts';

const text = { tag: 'string' } as TypeView;
const number = { tag: 'number' } as TypeView;

/** Texts around placeholders, with texts that the type contains and some that it does not. */
const TYPES: [texts: string[], placeholders: TypeView[], inside: string[], outside: string[]][] = [
  [
    ['', '/', '.png'],
    [text, text],
    ['/.png', 'a/b/c.png', '//.png', '\n/\n.png'],
    ['a.png', '/a.pn'],
  ],
  [
    ['', '', '!'],
    [text, text],
    ['!', 'a!', 'a!!'],
    ['', '!a'],
  ],
  [
    ['a', 'aa', 'a'],
    [text, text],
    ['aaaa', 'aaaaa', 'abaaca'],
    ['aaa', 'abaca'],
  ],
  [
    ['', '-', 'px'],
    [text, number],
    ['-1px', 'a-b-2.5px', '--1px'],
    ['1px', 'a-px', '-1px-'],
  ],
  [
    ['^', ']', '$'],
    [text, text],
    ['^]$', '^a]b$'],
    ['^$', ']$'],
  ],
];

test('a pattern matches what the template literal type contains', () => {
  for (const [texts, placeholders, inside, outside] of TYPES) {
    const pattern = new RegExp(templateSchema(texts, placeholders).pattern!, 'u');
    expect({ texts, missed: inside.filter((value) => !pattern.test(value)) }).toMatchObject({
      missed: [],
    });
    expect({ texts, matched: outside.filter((value) => pattern.test(value)) }).toMatchObject({
      matched: [],
    });
  }
});
