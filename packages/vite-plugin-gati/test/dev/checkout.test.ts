import { eventually } from '@gati/test-kit/wait';
import { runOrThrow } from '@gati/test-kit/processes';
import fs from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../helpers/app.ts';
import { ask, type DevApp, startDev } from '../helpers/dev.ts';

let app: TestApp;
let dev: DevApp;
afterEach(async () => {
  await dev.close();
  await app.dispose();
});

async function start(files: Record<string, string>): Promise<void> {
  app = await createTestApp(files);
  dev = await startDev(app.root);
}

const returns = (value: string): string => `export const handler = () => '${value}';\n`;
const isServed = (route: string, value: unknown): Promise<void> =>
  eventually(async () => expect((await ask(dev, route)).body).toEqual(value));
const isGone = (route: string): Promise<void> =>
  eventually(async () => expect((await ask(dev, route)).status).toBe(404));

describe('a checkout of another branch', () => {
  const git = (...args: string[]): Promise<unknown> =>
    runOrThrow('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], {
      cwd: app.root,
    });

  /**
   * Each route imports a helper of its number, whose place depends on the branch: a file, a folder
   * or a file beside a folder. Its contract takes the branch as the only value.
   */
  function filesOf(branch: 'one' | 'two'): Record<string, string> {
    const files: Record<string, string> = {};
    const first = branch === 'one' ? 0 : 20;
    for (let n = first; n < first + 70; n++) {
      const helper = n % 2 === (branch === 'one' ? 0 : 1) ? `dep${n}/index.ts` : `dep${n}.ts`;
      files[`src/lib/${helper}`] = `export const value = '${branch} ${n}';\n`;
      files[`src/handlers/r${n}.ts`] = `
// contract: {"query":{"type":"object","properties":{"branch":{"enum":["${branch}"]}},"required":["branch"]}}
import { value } from '../lib/dep${n}';
export const handler = () => value;
`;
    }
    files[branch === 'one' ? 'src/handlers/Case.ts' : 'src/handlers/case.ts'] = returns(branch);
    return files;
  }

  async function expectBranch(branch: 'one' | 'two'): Promise<void> {
    const other = branch === 'one' ? 'two' : 'one';
    const first = branch === 'one' ? 0 : 20;
    const expected = Array.from({ length: 90 }, (_, n) =>
      n >= first && n < first + 70 ? [200, `${branch} ${n}`, 400] : [404, undefined, 404],
    );
    // One request at a time waits for the branch, since 180 of them would delay it.
    await isServed(branch === 'one' ? '/Case' : '/case', branch);
    await isServed(`/r${first}?branch=${branch}`, `${branch} ${first}`);
    await eventually(async () => {
      const found = await Promise.all(
        expected.map(async (_, n) => {
          const [right, wrong] = await Promise.all([
            ask(dev, `/r${n}?branch=${branch}`),
            ask(dev, `/r${n}?branch=${other}`),
          ]);
          return [right.status, right.status === 200 ? right.body : undefined, wrong.status];
        }),
      );
      expect(found).toEqual(expected);
    });
    await isGone(branch === 'one' ? '/case' : '/Case');
  }

  test('serves code and contract of all its 200 files, there and back', async () => {
    app = await createTestApp({ '.gitignore': 'node_modules\n.gati\n' });
    await git('init', '-q', '-b', 'two');
    for (const branch of ['two', 'one'] as const) {
      if (branch === 'one') await git('checkout', '-q', '-b', 'one');
      await fs.rm(path.join(app.root, 'src'), { recursive: true, force: true });
      for (const [file, text] of Object.entries(filesOf(branch))) await app.write(file, text);
      await git('add', '-A');
      await git('commit', '-qm', branch);
    }
    dev = await startDev(app.root);
    await expectBranch('one');
    for (const branch of ['two', 'one'] as const) {
      await git('checkout', '-q', branch);
      await expectBranch(branch);
    }
  });
});

describe('a rename', () => {
  test('a rename that changes only the case of a handler moves its route', async () => {
    await start({ 'src/handlers/users/List.ts': returns('list') });
    await isServed('/users/List', 'list');
    await app.rename('src/handlers/users/List.ts', 'src/handlers/users/list.ts');
    await isServed('/users/list', 'list');
    await isGone('/users/List');
    await app.rename('src/handlers/users/list.ts', 'src/handlers/users/List.ts');
    await isServed('/users/List', 'list');
    await isGone('/users/list');
  });

  test('imports follow a rename that changes only the case of a helper', async () => {
    const uses = (name: string): string =>
      `import { value } from '../lib/${name}';\nexport const handler = () => value;\n`;
    await start({
      'src/lib/Money.ts': "export const value = 'money';\n",
      'src/handlers/a.ts': uses('Money'),
    });
    await isServed('/a', 'money');
    await app.rename('src/lib/Money.ts', 'src/lib/money.ts');
    await app.write('src/handlers/a.ts', uses('money'));
    await isServed('/a', 'money');
    await app.write('src/lib/money.ts', "export const value = 'edited';\n");
    await isServed('/a', 'edited');
  });

  test('a rename of a folder of handlers moves its routes, with middleware and relative imports', async () => {
    await start({
      'src/lib/mark.ts': "export const mark = 'm';\n",
      'src/handlers/old/_middleware.ts':
        "import { mark } from '../../lib/mark';\nexport const middleware = (req, res, gctx, lctx, next) => { lctx.state.set('mark', mark); return next(); };\n",
      'src/handlers/old/deep/a.ts':
        "export const handler = (req, res, gctx, lctx) => `a ${lctx.state.get('mark')}`;\n",
      'src/handlers/old/b.ts': returns('b'),
    });
    await isServed('/old/deep/a', 'a m');
    await isServed('/old/b', 'b');
    await app.rename('src/handlers/old', 'src/handlers/new');
    await isServed('/new/deep/a', 'a m');
    await isServed('/new/b', 'b');
    await isGone('/old/b');
    await isGone('/old/deep/a');
    await app.write('src/lib/mark.ts', "export const mark = 'n';\n");
    await isServed('/new/deep/a', 'a n');
    await app.rename('src/handlers/new', 'src/handlers/New');
    await isServed('/New/deep/a', 'a n');
    await isGone('/new/b');
  });

  test('a rename of the file of a module or an effect changes its name', async () => {
    await start({
      'src/modules/clock.ts': "export default { setup: () => ({ time: 'one' }) };\n",
      'src/effects/mail.ts': 'export const run = () => {};\n',
      'src/handlers/clock.ts':
        'export const handler = (req, res, gctx) => gctx.modules.clock.time;\n',
      'src/handlers/watch.ts':
        'export const handler = (req, res, gctx) => gctx.modules.watch.time;\n',
      'src/handlers/send/[name].ts':
        'export const handler = async (req, res, gctx) => { await gctx.effects.enqueue(req.params.name, {}); return "sent"; };\n',
    });
    await isServed('/clock', 'one');
    await isServed('/send/mail', 'sent');
    await app.rename('src/modules/clock.ts', 'src/modules/watch.ts');
    await app.rename('src/effects/mail.ts', 'src/effects/Mail.ts');
    await isServed('/watch', 'one');
    await isServed('/send/Mail', 'sent');
    for (const route of ['/clock', '/send/mail'])
      await eventually(async () => expect((await ask(dev, route)).status).toBe(500));
  });
});
