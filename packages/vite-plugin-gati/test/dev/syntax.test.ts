import { expect, test } from 'vitest';
import { createTestApp } from '../helpers/app.ts';
import { ask, startDev } from '../helpers/dev.ts';

const FILES = {
  'src/handlers/lowered.ts': `export const handler = () => {
  const log: string[] = [];
  {
    using file = { [Symbol.dispose]: () => void log.push('closed') };
    log.push(typeof file);
  }
  return { log };
};
`,
  'src/handlers/refused.ts': `export const handler = () => 'x';
function log(method: () => string) {
  return method;
}
class A {
  @log run() { return 'a'; }
}
export const a = new A();
`,
};

test('lowers `using` and refuses decorators with their place, as a build does', async () => {
  const app = await createTestApp(FILES);
  const dev = await startDev(app.root);
  try {
    expect(await ask(dev, '/lowered')).toMatchObject({
      status: 200,
      body: { log: ['object', 'closed'] },
    });
    expect((await ask(dev, '/refused')).body).toMatchObject({
      status: 500,
      detail: expect.stringContaining('A decorator, `@log`') as string,
      file: 'src/handlers/refused.ts',
      line: 6,
    });
  } finally {
    await dev.close();
    await app.dispose();
  }
});
