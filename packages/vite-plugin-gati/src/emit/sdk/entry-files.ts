import { quote } from '@gati/contract/internal';
import { MagicString } from 'magic-string';
import {
  type ClientParts,
  type ClientValue,
  printValue,
  PUBLIC_TYPES,
  PUBLIC_VALUES,
  RUNTIME_VALUES,
} from '../client/client-parts.ts';

const HEADER = '// Made by Gati from the contract of the app.\n';
/** Where the runtime stands, from the source, the ES module and the CommonJS module; those of the modules are as long as each other. */
const RUNTIME = { source: './client/index.ts', esm: './runtime.mjs', cjs: './runtime.cjs' };

/** A part of the source, and how it becomes a part of the declarations. */
interface Piece {
  text: string;
  declare?(edit: MagicString, start: number): void;
}

function sourcePieces({ imports, types, values }: ClientParts): Piece[] {
  const from = (names: string): Piece => ({
    text: `${names} from ${quote(RUNTIME.source)};\n`,
    declare: (edit, start) =>
      edit.update(
        start + `${names} from `.length,
        start + `${names} from ${quote(RUNTIME.source)}`.length,
        quote(RUNTIME.esm),
      ),
  });
  return [
    { text: HEADER },
    remove(from(`import { ${RUNTIME_VALUES.join(', ')} }`).text),
    from(`import type { ${imports.join(', ')} }`),
    from(`export { ${PUBLIC_VALUES.join(', ')} }`),
    from(`export type { ${PUBLIC_TYPES.join(', ')} }`),
    { text: `\n${types}\n` },
    ...values.map((value): Piece => {
      const text = `${printValue(value)}\n`;
      return value.isLocal
        ? remove(text)
        : { text, declare: (edit, start) => declare(edit, value, start, start + text.length) };
    }),
  ];
}

const remove = (text: string): Piece => ({
  text,
  declare: (edit, start) => edit.remove(start, start + text.length),
});

/** `src/index.ts`: what declarations lead to. */
export function toSource(parts: ClientParts): string {
  return sourcePieces(parts)
    .map(({ text }) => text)
    .join('');
}

export interface ClientDeclarations {
  esm: string;
  cjs: string;
  /** A source map (ECMA-426) from the declarations to the source; of both, as only the name of a file is another. */
  map(file: string): string;
}

/** The source without its values' code. */
export function toClientDeclarations(parts: ClientParts): ClientDeclarations {
  const pieces = sourcePieces(parts);
  const edit = new MagicString(toSource(parts));
  let start = 0;
  for (const piece of pieces) {
    piece.declare?.(edit, start);
    start += piece.text.length;
  }
  const esm = edit.toString();
  const map = edit.generateMap({ source: '../src/index.ts', hires: 'boundary' });
  return {
    esm,
    cjs: esm.replaceAll(quote(RUNTIME.esm), quote(RUNTIME.cjs)),
    map: (file) => JSON.stringify({ ...map, file, sourcesContent: undefined }),
  };
}

/** Takes the code out of a value that others see. */
function declare(
  edit: MagicString,
  { docComment, kind, name, signature }: ClientValue,
  start: number,
  end: number,
): void {
  const keyword = start + (docComment ? docComment.length + 1 : 0) + 'export '.length;
  edit.appendLeft(keyword, 'declare ');
  // A constant without a type of its own has that of its literal.
  if (signature !== '') edit.update(keyword + `${kind} ${name}${signature}`.length, end, ';\n\n');
}

/** `dist/index.mjs` */
export function toEsm({ values }: ClientParts): string {
  return [
    HEADER,
    `import { ${RUNTIME_VALUES.join(', ')} } from ${quote(RUNTIME.esm)};\n`,
    `export { ${PUBLIC_VALUES.join(', ')} } from ${quote(RUNTIME.esm)};\n\n`,
    ...values.map((value) => `${value.isLocal ? '' : 'export '}${toScript(value)}`),
  ].join('');
}

/** `dist/index.cjs` */
export function toCjs({ values }: ClientParts): string {
  const exported = values
    .filter(({ isLocal }) => !isLocal)
    .map(({ name }) => `exports.${name} = ${name};\n`);
  return [
    HEADER,
    `'use strict';\nObject.defineProperty(exports, '__esModule', { value: true });\n`,
    `const { ${[...RUNTIME_VALUES, ...PUBLIC_VALUES].join(', ')} } = require(${quote(RUNTIME.cjs)});\n\n`,
    ...values.map(toScript),
    ...exported,
    ...PUBLIC_VALUES.map((name) => `exports.${name} = ${name};\n`),
  ].join('');
}

function toScript({ kind, name, setup = '', value }: ClientValue): string {
  return kind === 'const'
    ? `const ${name} = ${value};\n`
    : `function ${name}(options) {\n${setup}  return ${value};\n}\n`;
}
