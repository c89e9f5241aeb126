import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { root } from '@gati/test-kit/repository';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { buildSync } from 'esbuild';
import { beforeAll, describe, expect, test } from 'vitest';
import { installed } from '../servers/installed.ts';
import { findZizmor } from '../servers/zizmor.ts';

const CLI = path.join(root, 'packages/deployers/core/dist/cli.mjs');

const SETTINGS: Record<string, string> = {
  kubernetes: 'image:\n  repository: registry.example.com/team/shop\n',
  GHCR: 'image:\n  repository: ghcr.io/team/shop\n',
  AWS: 'provider: aws\ncloud:\n  region: eu-central-1\n',
  custom: 'provider: custom\ndeployScript: ./deploy.sh\nimage:\n  repository: r.example.com/shop\n',
};

const zizmor = findZizmor();
const parser = await installed('@actions/workflow-parser', '0.3.61');

function writeWorkflow(settings: string): string {
  const app = temporaryFolder('workflow');
  fs.mkdirSync(path.join(app, '.git'));
  fs.writeFileSync(path.join(app, 'package-lock.json'), '{}');
  fs.writeFileSync(path.join(app, 'package.json'), '{"name":"shop","scripts":{"test":"vitest"}}');
  fs.writeFileSync(path.join(app, 'gati.deploy.yaml'), settings);
  const { status, stderr } = spawnSync(process.execPath, [
    CLI,
    'init-ci',
    'github',
    ...(settings.startsWith('provider: custom') ? [] : ['--previews']),
    '--root',
    app,
  ]);
  expect(status, String(stderr)).toBe(0);
  return path.join(app, '.github/workflows/gati-deploy.yml');
}

describe.each(Object.entries(SETTINGS))('the workflow for %s', (_, settings) => {
  let file: string;
  beforeAll(() => {
    file = writeWorkflow(settings);
  });

  test('has no finding of zizmor', (context) => {
    if (typeof zizmor !== 'string') return context.skip(zizmor.reason);
    const args = ['--offline', '--no-config', '--pedantic', '--format=plain', file];
    const { status, stdout, stderr } = spawnSync(zizmor, args, { encoding: 'utf8' });
    expect(status, stdout + stderr).toBe(0);
  });

  test('is read by the parser of GitHub without an error', (context) => {
    if (typeof parser !== 'string') return context.skip(parser.reason);
    const script = path.join(path.dirname(file), 'parse.cjs');
    // The package imports JSON in a way that Node does not allow, so it is bundled.
    buildSync({
      stdin: {
        contents: `
          import { NoOperationTraceWriter, parseWorkflow } from '@actions/workflow-parser';
          import fs from 'node:fs';
          const content = fs.readFileSync(process.argv[2], 'utf8');
          const { context } = parseWorkflow({ name: 'w.yml', content }, new NoOperationTraceWriter());
          console.log(context.errors.getErrors().map(({ message }) => message).join('\\n'));
        `,
        resolveDir: parser,
      },
      bundle: true,
      platform: 'node',
      format: 'cjs',
      logLevel: 'error',
      outfile: script,
    });
    const parse = (workflow: string): string =>
      spawnSync(process.execPath, [script, workflow], { encoding: 'utf8' }).stdout.trim();
    expect(parse(file)).toBe('');
    const wrong = path.join(path.dirname(file), 'wrong.yml');
    fs.writeFileSync(wrong, fs.readFileSync(file, 'utf8').replace('runs-on:', 'runs-onn:'));
    expect(parse(wrong)).toContain("Unexpected value 'runs-onn'");
  });
});
