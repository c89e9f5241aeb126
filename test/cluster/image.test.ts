import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { copyApp } from '@gati/test-kit/apps';
import { runOrThrow } from '@gati/test-kit/processes';
import { root } from '@gati/test-kit/repository';
import { until } from '@gati/test-kit/wait';
import { startRegistry } from '../../packages/deployers/core/test/helpers/docker-registry.ts';
import { startEngine } from '../docker/helpers/engine.mjs';
import type { TestServer } from '../servers/process.ts';
import { writeNodeBase } from './helpers/node-base.ts';

const engine = await startEngine();
const registry = await startRegistry();
const missing = [engine, registry].flatMap((each) => ('reason' in each ? [each.reason] : []));
if (missing.length > 0)
  process.stderr.write(`\n  !! NO IMAGE of gati-deploy was run: ${missing.join('; ')}\n\n`);

const GATI = path.join(root, 'packages/vite-plugin-gati/dist/cli.mjs');
const DEPLOY = path.join(root, 'packages/deployers/core/dist/cli.mjs');
const RESTRICTED = '--read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges';

describe.skipIf(missing.length > 0)('the image that gati-deploy pushes', () => {
  let app: string;
  let image: { image: string; size: number; digest: string };
  let container: string;
  const docker = (...args: string[]): string =>
    'docker' in engine ? engine.docker(args).trim() : '';
  const push = async (): Promise<typeof image & { blobs: Record<string, number> }> => {
    const env = { ...process.env, DOCKER_CONFIG: app };
    const { stdout } = await runOrThrow(process.execPath, [DEPLOY, 'image', '--json'], {
      cwd: app,
      env,
    });
    return JSON.parse(stdout) as Awaited<ReturnType<typeof push>>;
  };

  beforeAll(async () => {
    app = copyApp('templates/minimal');
    await runOrThrow(process.execPath, [GATI, 'build'], { cwd: app });
    const base = await writeNodeBase(path.join(app, 'base'));
    const { host } = new URL((registry as TestServer).url);
    const yaml = `image:\n  repository: ${host}/minimal\n  base: ${base}\n`;
    fs.writeFileSync(path.join(app, 'gati.deploy.yaml'), yaml);
    image = await push();
  });
  afterAll(async () => {
    if (container) docker('rm', '--force', '--volumes', container);
    if ('stop' in engine) await engine.stop();
    if ('stop' in registry) await registry.stop();
  });

  test('runs in an engine that pulls it, read-only and without capabilities', async () => {
    docker('pull', image.image);
    const flags = ['--detach', '--publish', '127.0.0.1::3000', '--health-interval', '1s'];
    container = docker('run', ...flags, ...RESTRICTED.split(' '), image.image);
    const url = `http://${docker('port', container, '3000')}`;
    await until('the container is ready', async () => (await fetch(`${url}/readyz`)).ok, {
      explain: () =>
        docker('logs', container) + docker('inspect', '--format', '{{json .State}}', container),
    });
    const response = await fetch(`${url}/hello/Ada`);
    expect(response.status).toBe(200);
    expect(docker('image', 'inspect', '--format', '{{.Config.User}}', image.image)).toBe(
      '65532:65532',
    );
    const health = (): string =>
      docker('inspect', '--format', '{{.State.Health.Status}}', container);
    await until('the container is healthy', () => health() === 'healthy');
    docker('kill', '--signal', 'TERM', container);
    expect(docker('wait', container)).toBe('0');
  });

  test('adds less than 1 MB to its base, compressed', async () => {
    const layout = path.join(app, 'layout');
    await runOrThrow(process.execPath, [DEPLOY, 'image', '--out', layout], { cwd: app });
    const read = (digest: string): Buffer =>
      fs.readFileSync(path.join(layout, 'blobs/sha256', digest.slice(7)));
    const { layers } = JSON.parse(read(image.digest).toString()) as { layers: { size: number }[] };
    const [base, ...own] = layers.map(({ size }) => size);
    const added = own.reduce((sum, size) => sum + size, 0);
    process.stderr.write(`  the minimal app adds ${added} bytes to a base of ${base}\n`);
    expect(added).toBeLessThan(1e6);
  });

  test('is the same again, and sends the layer of the app alone after a change', async () => {
    const again = await push();
    expect(again).toMatchObject({ digest: image.digest, blobs: { uploaded: 0 } });
    const handler = path.join(app, 'src/handlers/hello.ts');
    fs.writeFileSync(handler, fs.readFileSync(handler, 'utf8').replace('Hello', 'Welcome'));
    await runOrThrow(process.execPath, [GATI, 'build'], { cwd: app });
    const changed = await push();
    expect(changed.digest).not.toBe(image.digest);
    // The layer, the config, and the documents about the image.
    expect(changed.blobs).toMatchObject({ uploaded: 2, present: 1 });
  });
});
