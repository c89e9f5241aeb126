import fs from 'node:fs';
import path from 'node:path';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { beforeAll, expect, test } from 'vitest';
import { writeBaseLayout, writeBuild } from '../helpers/base-layout.ts';
import { exampleRepository } from '../../src/config/initial-config.ts';
import { captureProgram } from '../helpers/capture-program.ts';

let app: string;
let output: string;

beforeAll(async () => {
  app = temporaryFolder('app');
  writeBuild(path.join(app, 'dist'));
  const source = { file: path.join(app, 'dist/Dockerfile'), size: 12 };
  await writeBaseLayout(path.join(app, 'base'), [
    { path: '/etc/base', source, mode: 0o644, owner: 0 },
  ]);
});

async function run(...args: string[]): Promise<number> {
  const result = await captureProgram([...args, '--root', app]);
  output = result.stdout + result.stderr;
  return result.code;
}

test('an app gets its file by `init` and its image as a layout by `image --out`', async () => {
  expect(await run('image')).toBe(1);
  expect(output).toContain('Run `gati-deploy init`');
  expect(await run('init', '--repository', 'r.example.com/shop')).toBe(0);
  expect(await run('init')).toBe(2);
  fs.appendFileSync(path.join(app, 'gati.deploy.yaml'), '  base: oci:base\n');
  const out = path.join(app, 'image');
  expect(await run('image', '--out', out)).toBe(0);
  expect(output).toMatch(/done {2}image .* linux\/amd64, 0\.0 MB compressed, sha256:/);
  const index = JSON.parse(fs.readFileSync(path.join(out, 'index.json'), 'utf8')) as {
    manifests: [{ digest: string }];
  };
  const [{ digest }] = index.manifests;
  expect(fs.existsSync(path.join(out, 'blobs/sha256', digest.slice(7)))).toBe(true);
  expect(await run('image', '--out', out, '--events')).toBe(0);
  const events = output
    .trim()
    .split('\n')
    .flatMap((line) =>
      line.startsWith('{') ? [JSON.parse(line) as { event: string; result?: object }] : [],
    );
  expect(events.at(-1)).toMatchObject({ event: 'result', result: { digest, image: null } });
});

test('a wrong word ends with exit code 2 and the nearest one', async () => {
  expect(await run('imgae')).toBe(2);
  expect(output).toContain('Did you mean `gati-deploy image`?');
  expect(await run('image', '--ot=x')).toBe(2);
  expect(output).toContain('Did you mean `--out`?');
  expect(await run('image', 'extra')).toBe(2);
});

test('`init` without a repository writes the name of the app, and says that it must be set', async () => {
  const root = temporaryFolder('init');
  fs.writeFileSync(path.join(root, 'package.json'), '{"name":"@acme/Order_service"}');
  const { code, stdout, stderr } = await captureProgram(['init', '--root', root]);
  expect(code).toBe(0);
  expect(stdout + stderr).toContain('set `image.repository`');
  expect(fs.readFileSync(path.join(root, 'gati.deploy.yaml'), 'utf8')).toContain(
    'repository: registry.example.com/team/order-service\n',
  );
  expect(exampleRepository()).toBe('registry.example.com/team/app');
  expect(exampleRepository('@acme/_')).toBe('registry.example.com/team/app');
});

test('`local` writes values for its user only, and the file of Prometheus for any user', async () => {
  const modeOf = (name: string): string =>
    (fs.statSync(path.join(app, '.gati/local', name)).mode & 0o777).toString(8);
  for (let count = 0; count < 2; count++) {
    expect(await run('local', '--dry-run')).toBe(0);
    expect({ compose: modeOf('compose.yaml'), prometheus: modeOf('prometheus.yaml') }).toEqual({
      compose: '600',
      prometheus: '644',
    });
    fs.chmodSync(path.join(app, '.gati/local/compose.yaml'), 0o644);
  }
});
