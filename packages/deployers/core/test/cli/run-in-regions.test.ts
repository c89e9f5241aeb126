import fs from 'node:fs';
import path from 'node:path';
import { usageError } from '@gati/runtime-h3/command';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Call } from '../../src/cli/command.ts';
import { createReporter } from '../../src/cli/reporter.ts';
import { runInRegions } from '../../src/cli/run-in-regions.ts';
import { captureProgram } from '../helpers/capture-program.ts';
import { type ApiServer, startApiServer } from '../helpers/api-server.ts';

const folder = temporaryFolder('regions');
fs.writeFileSync(path.join(folder, 'package.json'), '{"name":"shop"}');
fs.writeFileSync(path.join(folder, 'gati.deploy.yaml'), 'regions: { a: {}, b: {}, c: {} }\n');

/** Runs a command in all regions, in each of which it returns the next code. */
async function runWith(
  how: 'each' | 'all',
  codes: (number | Error)[],
): Promise<{ code: number; seen: unknown[]; document: unknown }> {
  const seen: unknown[] = [];
  let document: unknown;
  const reporter = {
    ...createReporter('json'),
    line: () => {},
    warn: () => {},
    diagnostic: () => {},
    document: (value: unknown) => void (document = value),
  };
  const call: Call = { words: [], options: {}, root: folder, reporter };
  const code = await runInRegions({ regions: how }, call, async ({ options, reporter: own }) => {
    const result = codes[seen.push(options['region']) - 1]!;
    if (result instanceof Error) throw result;
    own.document({ result: 'live' });
    return result;
  });
  return { code, seen, document };
}

test('a deploy runs region by region, and stops at the first one that fails', async () => {
  expect(await runWith('each', [0, 3, 0])).toMatchObject({ code: 3, seen: ['a', 'b', 'c'] });
  const stopped = await runWith('each', [0, new Error('no cluster'), 0]);
  expect(stopped).toMatchObject({
    code: 1,
    seen: ['a', 'b'],
    document: {
      regions: [
        { region: 'a', code: 0, result: { result: 'live' } },
        { region: 'b', code: 1, result: { errors: [{ message: 'no cluster' }] } },
      ],
    },
  });
});

test('`--out` is rejected for several regions, because it writes one plan', async () => {
  const args = ['plan', '--out', 'plan.json', '--root', folder];
  const { code, stderr } = await captureProgram(args);
  expect(code).toBe(2);
  expect(stderr).toContain('`--out` writes the plan of one region');
});

test('a command that only reads runs in all regions, and returns the first failure', async () => {
  expect(await runWith('all', [0, 1, 0])).toMatchObject({ code: 1, seen: ['a', 'b', 'c'] });
});

describe('`gati-deploy regions`', () => {
  let api: ApiServer;
  beforeAll(async () => void (api = await startApiServer()));
  afterAll(() => api.close());

  test('lists what each region serves, and why a region serves nothing', async () => {
    const server = api.cluster.access.server.href;
    const kubeconfig = path.join(folder, 'kubeconfig');
    const names = ['a', 'b'];
    fs.writeFileSync(
      kubeconfig,
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Config',
        clusters: names.map((name) => ({ name, cluster: { server } })),
        users: names.map((name) => ({ name, user: {} })),
        contexts: names.map((name) => ({ name, context: { cluster: name, user: name } })),
      }),
    );
    const before = process.env['GATI_KUBECONFIG'];
    process.env['GATI_KUBECONFIG'] = kubeconfig;
    try {
      const { code, stdout } = await captureProgram(['regions', '--json', '--root', folder]);
      expect(code).toBe(1);
      expect(JSON.parse(stdout)).toMatchObject({
        isSame: false,
        regions: [
          { region: 'a', release: null, error: 'not deployed' },
          { region: 'b', release: null, error: 'not deployed' },
          { region: 'c', error: expect.stringContaining('c') },
        ],
      });
    } finally {
      if (before === undefined) delete process.env['GATI_KUBECONFIG'];
      else process.env['GATI_KUBECONFIG'] = before;
    }
  });

  test('requires --region for commands that change one region', async () => {
    const { code, stderr } = await captureProgram(['scale', '2', '--root', folder]);
    expect(code).toBe(2);
    expect(stderr).toContain('Choose one with `--region`: a, b, c.');
  });
});

test('a command without its confirmation is wrong use in regions too', async () => {
  const error = usageError('this removes 3 objects', 'Add `--yes` to do it.');
  expect(await runWith('all', [error, error, error])).toMatchObject({ code: 2 });
});
