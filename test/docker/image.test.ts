import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { copyApp } from '@gati/test-kit/apps';
import { freePort } from '@gati/test-kit/ports';
import { runOrThrow } from '@gati/test-kit/processes';
import { root } from '@gati/test-kit/repository';
import { call } from '@gati/test-kit/servers';
import { until } from '@gati/test-kit/wait';
import { importBaseImage } from './helpers/base-image.mjs';
import { startEngine } from './helpers/engine.mjs';

const engine = await startEngine();
if ('reason' in engine) {
  process.stderr.write(
    `\n  !! No Docker engine: the image of a built app was NEITHER built NOR run.\n  !! ${engine.reason}\n\n`,
  );
}

const MINUTE = 60_000;
const IMAGE = 'gati-test-payments';
// As strict as the policy `restricted` of Kubernetes.
const RESTRICTED = [
  '--read-only',
  '--user',
  '65532',
  '--cap-drop',
  'ALL',
  '--security-opt',
  'no-new-privileges',
];

describe.skipIf('reason' in engine)('the container image of a built app', () => {
  let app: string;
  let base: string;
  let container: string;
  let url: string;
  const docker = (...args: string[]): string =>
    'docker' in engine ? engine.docker(args).trim() : '';

  beforeAll(async () => {
    app = copyApp('playground/payments');
    await runOrThrow(
      process.execPath,
      [path.join(root, 'packages/vite-plugin-gati/dist/cli.mjs'), 'build'],
      { cwd: app },
    );
    base = importBaseImage(
      engine as { docker(args: string[], options?: object): string },
      path.join(root, '.cache/docker'),
    );
    docker('build', '--build-arg', `BASE=${base}`, '--tag', IMAGE, path.join(app, 'dist'));
    container = docker(
      'run',
      '--detach',
      '--publish',
      '127.0.0.1::3000',
      '--health-interval',
      '1s',
      ...RESTRICTED,
      IMAGE,
    );
    url = `http://${docker('port', container, '3000')}`;
    await until(
      'the container is ready',
      async () => (await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2000) })).ok,
      { within: 30_000, explain: () => docker('logs', container) },
    );
  }, 5 * MINUTE);

  afterAll(async () => {
    if ('reason' in engine) return;
    if (container) docker('rm', '--force', '--volumes', container);
    await engine.stop();
  }, MINUTE);

  test('responds as the dev server does', async () => {
    const capture = (body: object): ReturnType<typeof call> =>
      call(`${url}/payments/p-1/capture`, { method: 'POST', body });
    expect(await capture({ amount: 10 })).toMatchObject({
      status: 202,
      body: { state: 'capturing' },
    });
    expect(await capture({ amount: 1e9 })).toMatchObject({
      status: 409,
      body: { error: 'ReservationFailed' },
    });
    const invalid = await fetch(`${url}/payments/p-1/capture`, { method: 'POST', body: '{' });
    expect(invalid.status).toBeGreaterThanOrEqual(400);
  });

  test('runs as user 65532, who can write to the volume /data only', () => {
    expect(docker('image', 'inspect', '--format', '{{.Config.User}}', IMAGE)).toBe('65532:65532');
    const write = (folder: string): string =>
      docker(
        'exec',
        container,
        'node',
        '-e',
        `try { require('fs').writeFileSync('${folder}/x', ''); console.log('written') } catch (e) { console.log(e.code) }`,
      );
    expect(write('/data')).toBe('written');
    expect(write('/app')).toBe('EROFS');
  });

  test('becomes healthy by the health check of its image', async () => {
    const health = (): string =>
      docker('inspect', '--format', '{{.State.Health.Status}}', container);
    await until('the container is healthy', () => health() === 'healthy', {
      within: 30_000,
      explain: () => docker('inspect', '--format', '{{json .State.Health}}', container),
    });
  });

  test('runs with a worker by `gati-deploy local`, and again with its data', async (context) => {
    const { host } = engine as { host: string | undefined };
    // Debian's client comes first: another one on PATH may be older.
    const own = {
      ...process.env,
      PATH: `/usr/bin${path.delimiter}${process.env['PATH']}`,
      ...(host !== undefined && { DOCKER_HOST: host }),
    };
    if (spawnSync('docker-compose', ['version'], { env: own }).status !== 0)
      return context.skip('there is no Docker Compose (Debian: apt-get install docker-compose)');
    const port = await freePort();
    fs.writeFileSync(
      path.join(app, 'gati.deploy.yaml'),
      // No image of another project can be pulled in a test.
      `image: { base: '${base}' }\nlocal: { port: ${port}, queue: sqlite, telemetry: false }\nenv: { GREETING: 'a $b' }\n`,
    );
    const cli = path.join(root, 'packages/deployers/core/dist/cli.mjs');
    const deploy = (...args: string[]): { result: string; services?: string } => {
      const call = [cli, 'local', '--json', '--root', app, ...args];
      const { stdout, stderr, status } = spawnSync(process.execPath, call, {
        env: own,
        encoding: 'utf8',
      });
      expect(status, stdout + stderr).toBe(0);
      return JSON.parse(stdout) as { result: string };
    };
    try {
      expect(deploy()).toMatchObject({ result: 'live', url: `http://localhost:${port}` });
      const at = `http://127.0.0.1:${port}`;
      const sent = await call(`${at}/payments/p-9/capture`, {
        method: 'POST',
        body: { amount: 10 },
      });
      expect(sent.status).toBe(202);
      const containers = docker('ps', '--format', '{{.Names}}').split('\n');
      expect(
        containers.filter((name) => /gati-.*_worker_1|gati-.*-worker-1/.test(name)),
      ).toHaveLength(1);
      const core = containers.find((name) => /app[_-]1$/.test(name))!;
      const read = docker(
        'exec',
        core,
        'node',
        '-p',
        '[process.env.GREETING, process.env.GATI_ROLE]',
      );
      expect(read).toBe("[ 'a $b', 'core' ]");
      expect(deploy('--down')).toEqual({ result: 'stopped' });
      expect(deploy()).toMatchObject({ result: 'live' });
    } finally {
      expect(deploy('--destroy', '--yes')).toEqual({ result: 'destroyed' });
    }
    expect(docker('volume', 'ls', '--quiet', '--filter', 'name=gati-')).toBe('');
  });

  test(
    'exits with 0 on SIGTERM, before Docker kills it',
    async () => {
      docker('kill', '--signal', 'TERM', container);
      // `docker wait` prints the exit code. 137 (128 + 9) would mean SIGKILL.
      expect(docker('wait', container)).toBe('0');
    },
    MINUTE,
  );
});
