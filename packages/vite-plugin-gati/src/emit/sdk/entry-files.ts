import { quote } from '@gati/contract/internal';
import { MagicString } from 'magic-string';
import type { ClientParts } from '../client/client-parts.ts';
import { type ClientValue, printValue } from '../client/client-values.ts';
import { PUBLIC_TYPES, PUBLIC_VALUES, RUNTIME_VALUES } from '../client/runtime-names.ts';

const HEADER = '// Made by Gati from the contract of the app.\n';
/**
 * The client's runtime, as the source, the ES module and the CommonJS module import it. The last
 * two names are equally long, so that one source map fits both.
 */
const RUNTIME = { source: './client/index.ts', esm: './runtime.mjs', cjs: './runtime.cjs' };

/** A piece of the source. `declare` turns it into a piece of the declarations. */
interface Piece {
  text: string;
  declare?(edit: MagicString, start: number): void;
}

function sourcePieces({ imports, types, printClient, values }: ClientParts): Piece[] {
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
    { text: `\n${types}\n${printClient()}\n` },
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

/** Returns `src/index.ts`, to which the source map of the declarations leads. */
export function toSource(parts: ClientParts): string {
  return sourcePieces(parts)
    .map(({ text }) => text)
    .join('');
}

export interface ClientDeclarations {
  esm: string;
  cjs: string;
  /** The source map (ECMA-426) from declarations to source. It differs in the file name only. */
  map(file: string): string;
}

/** Returns the declarations: the source without the code of its values. */
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

/** Removes the code of an exported value. */
function declare(
  edit: MagicString,
  { docComment, kind, name, signature }: ClientValue,
  start: number,
  end: number,
): void {
  const keyword = start + (docComment ? docComment.length + 1 : 0) + 'export '.length;
  edit.appendLeft(keyword, 'declare ');
  // Without a signature, the literal gives the type, so it stays.
  if (signature !== '') edit.update(keyword + `${kind} ${name}${signature}`.length, end, ';\n\n');
}

/** Returns `dist/index.mjs`. */
export function toEsm({ values }: ClientParts): string {
  return [
    HEADER,
    `import { ${RUNTIME_VALUES.join(', ')} } from ${quote(RUNTIME.esm)};\n`,
    `export { ${PUBLIC_VALUES.join(', ')} } from ${quote(RUNTIME.esm)};\n\n`,
    ...values.map((value) => `${value.isLocal ? '' : 'export '}${toScript(value)}`),
  ].join('');
}

/** Returns `dist/index.cjs`. */
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
