import { eventually } from '@gati/test-kit/wait';
import fs from 'node:fs/promises';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../helpers/app.ts';
import { ask, type DevApp, startDev } from '../helpers/dev.ts';

let app: TestApp;
let dev: DevApp;
afterEach(async () => {
  await dev.close();
  await app.dispose();
});

const text = (value: string): string => `export const handler = () => '${value}';\n`;
const BROKEN = "export const handler = () => {\n  return 'x' +;\n};\n";

async function start(files: Record<string, string>): Promise<void> {
  app = await createTestApp(files);
  dev = await startDev(app.root);
}

/** Findings and corrections that were logged, without frames. */
const logged = (): string[] =>
  dev.log
    .map((line) => stripVTControlCharacters(line).split('\n')[0] ?? '')
    .filter((line) => /GATI_|TS\d|repaired/.test(line));
const overlays = (): number => dev.sent.filter(({ type }) => type === 'error').length;
const isServed = (route: string, value: string): Promise<void> =>
  eventually(async () => expect((await ask(dev, route)).body).toBe(value));

describe('an error that is corrected', () => {
  test.each([
    ['in a handler', 'src/handlers/a.ts', BROKEN, text('good')],
    [
      'in a helper',
      'src/value.ts',
      "export const value = 'x' +;\n",
      "export const value = 'good';\n",
    ],
  ])('%s is gone from overlay, terminal and route', async (_, file, broken, corrected) => {
    await start({
      'src/value.ts': "export const value = 'good';\n",
      'src/handlers/a.ts':
        "import { value } from '../value';\nexport const handler = () => value;\n",
    });
    await isServed('/a', 'good');
    await app.write(file, broken);
    await eventually(async () => expect((await ask(dev, '/a')).status).toBe(500));
    await eventually(() => expect(dev.sent.at(-1)?.type).toBe('error'));
    await app.write(file, corrected);
    await isServed('/a', 'good');
    await eventually(() => expect(dev.sent.at(-1)).toEqual({ type: 'update', updates: [] }));
    await eventually(() =>
      expect(logged()).toEqual([
        expect.stringMatching(`^${file}:\\d+:\\d+ GATI_SYNTAX: `),
        `repaired ${file}`,
      ]),
    );
  });

  test('in many files is logged in few lines', async () => {
    const files = (content: string): Record<string, string> =>
      Object.fromEntries(Array.from({ length: 9 }, (_, n) => [`src/handlers/f${n}.ts`, content]));
    await start(files(text('good')));
    for (const [file, content] of Object.entries(files(BROKEN))) await app.write(file, content);
    await eventually(() => expect(logged()).toHaveLength(9));
    for (const [file, content] of Object.entries(files(text('mended'))))
      await app.write(file, content);
    await isServed('/f8', 'mended');
    /** Files of all lines: those with a name, and those that are counted. */
    const repaired = (): number[] =>
      logged()
        .slice(9)
        .map(
          (line) =>
            (line.match(/f\d\.ts/g) ?? []).length + Number(/and (\d+) more/.exec(line)?.[1] ?? 0),
        );
    await eventually(() => expect(repaired().reduce((sum, one) => sum + one, 0)).toBe(9));
    expect(repaired().length).toBeLessThan(5);
  });
});

test('reports nothing but the syntax error of a broken file', async () => {
  await start({
    'src/handlers/a.ts': `export const rout = 1;\n${text('good')}`,
    'src/handlers/b.ts': text('b'),
  });
  await isServed('/a', 'good');
  await eventually(() => expect(logged().join()).toContain('GATI_EXPORT_MISSPELT'));
  await app.write(
    'src/handlers/a.ts',
    `// contract: {"error":"'x' is not a number."}\nexport const rout = 1;\n${BROKEN}`,
  );
  await app.write(
    'src/handlers/b.ts',
    `// contract: {"error":"'y' is not a number."}\n${text('b')}`,
  );
  await eventually(() => expect(logged().join('\n')).toContain("'y' is not a number."));
  const codes = logged().flatMap(
    (line) => /^(\S+?):\d+:\d+ (\w+):/.exec(line)?.slice(1).join(' ') ?? [],
  );
  expect(codes.slice(1).sort()).toEqual([
    'src/handlers/a.ts GATI_SYNTAX',
    expect.stringMatching(/^src\/handlers\/b\.ts /),
  ]);
});

/** As in `diagnostic-reporter.ts`: milliseconds that an error must last. */
const SETTLE = 150;

/** Writes a file as programs do that need more than one step. */
const WRITERS: Record<string, (file: string, content: string, gap: number) => Promise<void>> = {
  'emptied and then written': async (file, content, gap) => {
    await fs.writeFile(file, '');
    await wait(gap);
    await fs.writeFile(file, content);
  },
  'written in two halves': async (file, content, gap) => {
    const half = Math.floor(content.length / 2);
    await fs.writeFile(file, content.slice(0, half));
    await wait(gap);
    await fs.appendFile(file, content.slice(half));
  },
  'written beside and renamed': async (file, content, gap) => {
    await fs.writeFile(`${file}.tmp`, content);
    await wait(gap);
    await fs.rename(`${file}.tmp`, file);
  },
  'moved to a backup and written anew': async (file, content, gap) => {
    await fs.rename(file, `${file}~`).catch(() => undefined);
    await wait(gap);
    await fs.writeFile(file, content);
  },
};
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

test.each(Object.keys(WRITERS))('shows no passing error of a file that is %s', async (name) => {
  await start({ 'src/handlers/a.ts': text('first'), 'src/value.ts': 'export const value = 1;\n' });
  await isServed('/a', 'first');
  const passing: string[] = [];
  for (const gap of [0, 5, 30]) {
    for (const [file, route] of [
      ['a', '/a'],
      [`new${gap}`, `/new${gap}`],
    ] as const) {
      const before = logged().length + overlays();
      const begun = performance.now();
      await WRITERS[name]!(path.join(app.root, `src/handlers/${file}.ts`), text(`${gap}`), gap);
      await isServed(route, `${gap}`);
      // On a busy machine the error lasts: then it is no passing one.
      if (performance.now() - begun > SETTLE) await wait(2 * SETTLE);
      else if (logged().length + overlays() > before) passing.push(...logged());
    }
  }
  expect(passing).toEqual([]);
});

test('reports a handler that is created empty and stays so, until it has a text', async () => {
  await start({ 'src/handlers/a.ts': text('a') });
  await app.write('src/handlers/b.ts', '');
  await eventually(() =>
    expect(logged()).toEqual([expect.stringContaining('GATI_HANDLER_MISSING')]),
  );
  await app.write('src/handlers/b.ts', text('b'));
  await isServed('/b', 'b');
  await eventually(() => expect(logged()[1]).toBe('repaired src/handlers/b.ts'));
});
