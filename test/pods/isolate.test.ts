import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { eventually, until } from '@gati/test-kit/wait';
import { createPodsApp, findPods, type PodsApp } from './helpers/app.ts';

const pods = findPods();
const SETTINGS = 'kubernetes: { service: NodePort }\nrollout: { isolate: 1 }\n';

describe.skipIf(!pods)('an earlier release that keeps separate pods', () => {
  let app: PodsApp;
  const ask = async (version?: string): Promise<{ status: number; text: string }> => {
    const headers: Record<string, string> = version ? { 'x-api-version': version } : {};
    const response = await fetch(`${await app.address()}/hello/Ada`, { headers });
    return { status: response.status, text: await response.text() };
  };
  const release = async (version: string): Promise<void> => {
    const file = path.join(app.folder, 'package.json');
    const json = JSON.parse(fs.readFileSync(file, 'utf8')) as object;
    fs.writeFileSync(file, JSON.stringify({ ...json, version }));
    await app.build();
    const deployed = await app.deploy('kubernetes', '--allow-major');
    expect(deployed, deployed.stderr).toMatchObject({ code: 0, document: { result: 'live' } });
  };
  const running = async (): Promise<string[][]> =>
    (await app.deploy('status')).document
      .revisions!.filter(({ replicas }) => replicas > 0)
      .map(({ version, role }) => [version, role]);

  beforeAll(async () => {
    app = createPodsApp(pods!, 'isolate', SETTINGS);
    await release('1.0.0');
    await until('the Service responds', async () => (await ask()).status === 200);
  });

  test('serves requests of its version beside the next release, until another one follows', async () => {
    app.edit('Hello', 'Hi');
    await release('2.0.0');
    await eventually(async () => expect((await ask()).text).toContain('Hi'));
    expect(await running()).toEqual([
      ['2.0.0', 'core'],
      ['1.0.0', 'release'],
    ]);
    await eventually(async () => expect((await ask('1.0.0')).text).toContain('Hello'));
    expect((await ask('2.0.0')).text).toContain('Hi');
    expect(await app.deploy('kubernetes')).toMatchObject({ document: { result: 'unchanged' } });
    app.edit('Hi', 'Salut');
    await release('3.0.0');
    await eventually(async () => expect((await ask('2.0.0')).text).toContain('Hi'));
    expect((await ask('1.0.0')).status).not.toBe(200);
    expect(await running()).toEqual([
      ['3.0.0', 'core'],
      ['2.0.0', 'release'],
    ]);
  });

  test('gets its pods again when a rollback needs them', async () => {
    const back = await app.deploy('rollback');
    expect(back, back.stderr).toMatchObject({ code: 0, document: { result: 'live' } });
    await eventually(async () => expect((await ask()).text).toContain('Hi'));
    await eventually(async () => expect((await ask('1.0.0')).text).toContain('Hello'));
    expect(await running()).toEqual([
      ['2.0.0', 'core'],
      ['1.0.0', 'release'],
    ]);
  });
});
