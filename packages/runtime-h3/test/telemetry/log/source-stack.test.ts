import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { transform } from 'esbuild';
import { beforeAll, expect, test } from 'vitest';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { toSourceStack } from '../../../src/telemetry/log/source-stack.ts';

const SOURCE = `interface Order { total: number }

/** Types and comments move the lines. */
export function chargeOrder(order: Order): never {
  const reason = 'total ' + order.total;
  throw new RangeError(reason);
}

export async function placeOrder(): Promise<never> {
  await undefined;
  return chargeOrder({ total: 5 });
}
`;

interface Bundle {
  placeOrder(): Promise<never>;
}

let server: string;

/** Writes a module as a build does: minified, beside its map. Returns the error that it throws. */
async function throwFrom(file: string, map: (json: string) => string | undefined): Promise<Error> {
  const built = await transform(SOURCE, {
    loader: 'ts',
    format: 'esm',
    minify: true,
    sourcemap: 'external',
    sourcefile: '../../src/orders.ts',
  });
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, built.code);
  const text = map(built.map);
  if (text !== undefined) fs.writeFileSync(`${file}.map`, text);
  const { placeOrder } = (await import(pathToFileURL(file).href)) as Bundle;
  return placeOrder().catch((error: unknown) => error as Error);
}

beforeAll(() => {
  server = path.join(temporaryFolder('stack'), 'server');
});

test('names the source, line and column of a frame whose bundle has a map', async () => {
  const error = await throwFrom(path.join(server, 'one.mjs'), (json) => json);
  const [message, first, second] = toSourceStack(error.stack!).split('\n');
  expect(message).toBe('RangeError: total 5');
  expect(first).toBe('    at chargeOrder (src/orders.ts:6:9)');
  expect(second).toMatch(
    /^ {4}at async placeOrder \(src\/orders\.ts:11:10\)$|src\/orders\.ts:11:10/,
  );
});

test.each([
  ['has no map', () => undefined],
  ['has a damaged map', () => '{ "sources": ['],
  ['has a map of another form', () => '{ "sources": "a", "mappings": 1 }'],
])('keeps a frame whose bundle %s', async (name, map) => {
  const error = await throwFrom(path.join(server, `${name.replaceAll(' ', '-')}.mjs`), map);
  expect(toSourceStack(error.stack!)).toBe(error.stack);
});

test('keeps the frames of installed packages, whose maps lead to files that do not exist', async () => {
  const file = path.join(server, 'node_modules/dependency/index.mjs');
  const error = await throwFrom(file, (json) => json);
  expect(toSourceStack(error.stack!)).toBe(error.stack);
});

test('keeps the message of an error, whatever it looks like', () => {
  const text = `Error: read ${server}/one.mjs:1:20\nand more (${server}/one.mjs:1:20)`;
  expect(toSourceStack(text)).toBe(text);
});

test('looks up at most 50 frames of a stack', () => {
  const frame = `    at run (file://${server}/one.mjs:1:60)`;
  const lines = toSourceStack(
    ['Error', ...Array.from({ length: 80 }, () => frame)].join('\n'),
  ).split('\n');
  expect(lines.filter((line) => line.includes('orders.ts'))).toHaveLength(50);
});
