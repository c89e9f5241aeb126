import { expect, test } from 'vitest';
import { eventually } from '@gati/test-kit/wait';
import { createTestApp } from '../helpers/app.ts';
import { ask, startDev } from '../helpers/dev.ts';

const worker = (value: string): string => `import fs from 'node:fs';
import { parentPort } from 'node:worker_threads';
import { suffix } from './suffix.ts';
const text: string = fs.readFileSync(new URL('./text.txt', import.meta.url), 'utf8');
parentPort!.postMessage(${value} + text + suffix);
`;

test('runs workers of Node that are written in TypeScript, and takes up their edits', async () => {
  const app = await createTestApp({
    'src/lib/worker.ts': worker("'one'"),
    'src/lib/suffix.ts': "export const suffix: string = '!';\n",
    'src/lib/text.txt': ' text',
    'src/handlers/a.ts': `import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
export const handler = async () => {
  const [value] = await once(new Worker(new URL('../lib/worker.ts', import.meta.url)), 'message');
  return { value };
};
`,
  });
  const dev = await startDev(app.root);
  try {
    expect((await ask(dev, '/a')).body).toEqual({ value: 'one text!' });
    await app.write('src/lib/worker.ts', worker("'two'"));
    await eventually(async () =>
      expect((await ask(dev, '/a')).body).toEqual({ value: 'two text!' }),
    );
    await app.write('src/lib/suffix.ts', "export const suffix: string = '?';\n");
    await eventually(async () =>
      expect((await ask(dev, '/a')).body).toEqual({ value: 'two text?' }),
    );
  } finally {
    await dev.close();
    await app.dispose();
  }
});
