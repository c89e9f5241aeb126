import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DEFAULT_LIMITS, type Limits } from '../../src/types/limits.ts';
import { MultipartError, parseMultipart } from '../../src/validate/multipart.ts';

const TYPE = 'multipart/form-data; boundary=b';

/** Bytes that count how far a parser has read them. */
class Watched extends Uint8Array {
  static read = 0;
  override subarray(from?: number, to?: number): Uint8Array<ArrayBuffer> {
    Watched.read = Math.max(Watched.read, to ?? this.length);
    return new Uint8Array(this).slice(from, to);
  }
}

/** Parses a form. Returns its names or its error, and the number of bytes that were read. */
async function parse(text: string, limits: Partial<Limits> = {}): Promise<[unknown, number]> {
  Watched.read = 0;
  const bytes = new Watched(new TextEncoder().encode(text));
  try {
    const form = await parseMultipart(bytes, TYPE, { ...DEFAULT_LIMITS, ...limits });
    return [Object.keys(form), Watched.read];
  } catch (error) {
    if (!(error instanceof MultipartError)) throw error;
    return [error.limit ?? error.reason, Watched.read];
  }
}

const field = (name: string, value: string): string =>
  `--b\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
const file = (name: string, value: string): string =>
  `--b\r\ncontent-disposition: form-data; name="${name}"; filename="f"\r\n\r\n${value}\r\n`;
const MANY = 10_000;

describe('a form', () => {
  test.each<[limit: string, text: string, limits: Partial<Limits>]>([
    ['parts', '--b\r\n'.repeat(MANY), {}],
    ['parts', '\r\n--b'.repeat(MANY), {}],
    ['parts', '--b\r\nx: y\r\n'.repeat(MANY), {}],
    ['fields', field('a', 'x').repeat(MANY), {}],
    ['files', file('a', 'x').repeat(MANY), {}],
    ['fieldSize', field('a', 'x'.repeat(50)) + field('b', 'x').repeat(MANY), { fieldSize: 10 }],
    ['fileSize', file('a', 'x'.repeat(500_000)), { fileSize: 10 }],
    ['fieldNameSize', field('a'.repeat(201), 'x') + field('b', 'x').repeat(MANY), {}],
    ['prototype', field('__proto__', 'x') + field('b', 'x').repeat(MANY), {}],
  ])('is not read further once it exceeds %s (%#)', async (limit, text, limits) => {
    const [result, read] = await parse(`${text}--b--\r\n`, limits);
    expect(result).toBe(limit);
    expect(read).toBeLessThan(40_000);
  });

  test('reads a form to its end, even if it is parsed in several pieces', async () => {
    const value = 'x'.repeat(100_000);
    const [names, read] = await parse(`${field('a', value)}${file('f', value)}--b--\r\n`);
    expect(names).toEqual(['a', 'f']);
    expect(read).toBeGreaterThan(200_000);
  });

  test('settles for each combination of delimiters and garbage', async () => {
    const piece = fc.constantFrom('--b', '--', '\r\n', '\r', ':', 'x', field('a', 'x'), file('f', 'x'));
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 30 }), async (pieces) => {
        await parse(pieces.join(''));
      }),
      { seed: 12, numRuns: 500 },
    );
  }); // prettier-ignore
});
