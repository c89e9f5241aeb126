import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { beforeEach, describe, expect, test } from 'vitest';

const cli = fileURLToPath(new URL('../src/cli.ts', import.meta.url));
const tsx = fileURLToPath(new URL('../../../node_modules/tsx/dist/cli.mjs', import.meta.url));
/** `script` of util-linux runs a child process on its own terminal. */
const script = '/usr/bin/script';

let cwd: string;
beforeEach(() => {
  cwd = temporaryFolder('create-tty');
});

/** Types each answer when its question appears. */
async function talk(
  turns: [question: string, answer: string][],
  args = '',
): Promise<{ code: number | null; screen: string }> {
  const child = spawn(
    script,
    [
      '-qec',
      `stty cols 100 rows 40; ${process.execPath} ${tsx} ${cli} --no-install ${args}`,
      '/dev/null',
    ],
    {
      cwd,
    },
  );
  let screen = '';
  let next = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    screen += chunk.toString();
    const turn = turns[next];
    if (!turn || !screen.includes(turn[0])) return;
    next++;
    child.stdin.write(turn[1]);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, screen };
}

describe.skipIf(!fs.existsSync(script))('create-gati on a terminal', () => {
  test('asks for the name and the template', async () => {
    const { code } = await talk([
      ['Name of the app', 'My Shop\r'],
      ['Template', '\u001B[B\r'],
    ]);
    expect(code).toBe(0);
    expect(
      JSON.parse(fs.readFileSync(path.join(cwd, 'My Shop/package.json'), 'utf8')),
    ).toMatchObject({ name: 'my-shop' });
    expect(fs.existsSync(path.join(cwd, 'My Shop/src/modules/ledger.ts'))).toBe(true);
  });

  test('asks before it writes into a folder with files', async () => {
    fs.mkdirSync(path.join(cwd, 'shop'));
    fs.writeFileSync(path.join(cwd, 'shop/mine.txt'), '');
    const { code, screen } = await talk([['Write into it?', '\r']], 'shop --template minimal');
    expect(code).toBe(1);
    expect(screen).toContain('GATI_CREATE_NOT_EMPTY');
    expect(fs.readdirSync(path.join(cwd, 'shop'))).toEqual(['mine.txt']);
  });

  test('writes nothing and exits with 130 after Ctrl-C', async () => {
    const { code, screen } = await talk([
      ['Name of the app', 'shop\r'],
      ['Template', '\u0003'],
    ]);
    expect(code).toBe(130);
    expect(screen).toContain('Nothing was written');
    expect(fs.readdirSync(cwd)).toEqual([]);
  });
});
