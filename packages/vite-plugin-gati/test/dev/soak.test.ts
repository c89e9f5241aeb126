import fs from 'node:fs/promises';
import path from 'node:path';
import { eventually } from '@gati/test-kit/wait';
import { afterEach, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../helpers/app.ts';
import { ask, type DevApp, startDev } from '../helpers/dev.ts';

let app: TestApp;
let dev: DevApp;
afterEach(async () => {
  await dev.close();
  await app.dispose();
});

const FILE = 'src/handlers/echo.ts';
/** Each edit changes the `minimum` of the contract together with the `n` of the code. */
const handler = (n: number): string => `
// contract: {"query":{"type":"object","properties":{"n":{"type":"integer","minimum":${n}}}}}
export const route = 'GET /echo';
export const handler = (req) => ({ n: ${n}, asked: req.query.n ?? null });
`;

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Ways in which editors save a file. */
const saves: Record<string, (file: string, text: string) => Promise<void>> = {
  async rename(file, text) {
    await fs.writeFile(`${file}.tmp`, text);
    await fs.rename(`${file}.tmp`, file);
  },
  ...Object.fromEntries(
    [0, 2, 5, 30, 100].map((gap) => [
      `truncate, ${gap} ms, write`,
      async (file: string, text: string) => {
        await fs.writeFile(file, '');
        if (gap > 0) await sleep(gap);
        await fs.writeFile(file, text);
      },
    ]),
  ),
};

test('loses no edit and fails no request under load', async () => {
  app = await createTestApp({
    [FILE]: handler(0),
    'src/handlers/other.ts': 'export const handler = () => 1;',
  });
  dev = await startDev(app.root);
  expect((await ask(dev, '/echo')).body).toEqual({ n: 0, asked: null });
  let running = true;
  let requests = 0;
  const failures: unknown[] = [];
  const clients = Array.from({ length: 8 }, async (_, index) => {
    let last = 0;
    // oxlint-disable-next-line no-unmodified-loop-condition -- the end of the edits sets it
    while (running) {
      requests++;
      const answer = await ask(dev, index === 0 ? '/other' : '/echo').catch((error: unknown) => ({
        status: 0,
        body: error,
      }));
      if (answer.status !== 200) failures.push(answer);
      if (index === 0) continue;
      // A response of an older edit after that of a newer edit means that old code runs again.
      const { n } = answer.body as { n: number };
      if (n < last) failures.push({ n, last });
      last = n;
      // Contract n belongs to code n. Any later contract accepts this number too.
      const checked = await ask(dev, `/echo?n=${last + 1_000_000}`);
      if (checked.status !== 200) failures.push(checked);
    }
  });
  const names = Object.keys(saves);
  for (let n = 1; n <= 60; n++) {
    const name = names[n % names.length] as string;
    await saves[name]!(path.join(app.root, FILE), handler(n));
    // Waits after every second edit only, so the others follow before their predecessor is served.
    if (n % 2 === 0)
      await eventually(async () =>
        expect((await ask(dev, '/echo')).body, `${name} ${n}`).toMatchObject({ n }),
      );
    expect((await ask(dev, `/echo?n=-1`)).status).not.toBe(500);
  }
  await eventually(async () => expect((await ask(dev, '/echo')).body).toMatchObject({ n: 60 }));
  running = false;
  await Promise.all(clients);
  expect(failures).toEqual([]);
  expect(requests).toBeGreaterThan(60);
  expect((await ask(dev, '/echo?n=59')).status).toBe(400);
  expect((await ask(dev, '/echo?n=60')).status).toBe(200);
});

test('serves a file that stays empty as empty, and its text after the next edit', async () => {
  app = await createTestApp({ [FILE]: handler(1) });
  dev = await startDev(app.root);
  expect((await ask(dev, '/echo')).status).toBe(200);
  await app.write(FILE, '');
  await eventually(async () => expect((await ask(dev, '/echo')).status).toBe(404));
  await app.write(FILE, handler(2));
  await eventually(async () => expect((await ask(dev, '/echo')).body).toMatchObject({ n: 2 }));
});

test('finds edits of imported files, however an editor saves them', async () => {
  app = await createTestApp({
    'src/text.ts': 'export const n = 0;',
    [FILE]: "import { n } from '../text.ts';\nexport const handler = () => n;",
  });
  dev = await startDev(app.root);
  expect((await ask(dev, '/echo')).body).toBe(0);
  let n = 0;
  for (const [name, save] of Object.entries(saves)) {
    n++;
    await save(path.join(app.root, 'src/text.ts'), `export const n = ${n};`);
    await eventually(async () => expect((await ask(dev, '/echo')).body, name).toBe(n));
  }
});
