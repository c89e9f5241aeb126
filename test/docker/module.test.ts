import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { createForeignModules } from '../../packages/runtime-h3/src/foreign/index.ts';
import { ModuleProcesses } from '../../packages/runtime-h3/src/module-host/module-host.ts';
import { linkPackages } from '@gati/test-kit/apps';
import { createFolder } from '@gati/test-kit/files';
import { freePort } from '@gati/test-kit/ports';
import { runOrThrow } from '@gati/test-kit/processes';
import { root } from '@gati/test-kit/repository';
import { call, startBuiltServer } from '@gati/test-kit/servers';
import { until } from '@gati/test-kit/wait';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { importBaseImage } from './helpers/base-image.mjs';
import { startEngine } from './helpers/engine.mjs';

const engine = await startEngine();
if ('reason' in engine)
  process.stderr.write(
    `\n  !! No Docker engine: docker: modules were NOT run.\n  !! ${engine.reason}\n\n`,
  );

/** A module that reports what it can reach. */
const MODULE = `
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
const attempt = (run) => { try { return String(run()); } catch (error) { return error.code; } };
const methods = { look: {} };
const look = () => ({
  uid: process.getuid(),
  root: attempt(() => fs.writeFileSync('/file', 'x')),
  tmp: attempt(() => fs.writeFileSync('/tmp/file', 'x')),
  networks: Object.keys(os.networkInterfaces()),
  env: Object.keys(process.env).filter((name) => /TOKEN|DOCKER/.test(name)),
  capabilities: /CapEff:\\s*(\\w+)/.exec(fs.readFileSync('/proc/self/status', 'utf8'))[1],
  privileges: /NoNewPrivs:\\s*(\\d)/.exec(fs.readFileSync('/proc/self/status', 'utf8'))[1],
});
http.createServer((req, res) => {
  const value = req.url === '/.well-known/gati-module' ? { name: 'look', version: '1.0.0', protocol: 1, methods } : look();
  res.setHeader('content-type', 'application/json').end(JSON.stringify(value));
}).listen(process.env.GATI_MODULE_PORT ?? process.env.TMPDIR + '/m.sock', () => console.log('GATI-MODULE 1 unix:' + process.env.TMPDIR + '/m.sock'));
process.on('SIGTERM', () => process.exit(0));
process.stdin.resume().on('end', () => process.exit(0));
`;

describe.skipIf('reason' in engine)('a module in a container', () => {
  type Module = { look(): Promise<Record<string, unknown>> };
  let host: ModuleProcesses;
  let module: { setup(gctx: object): Promise<Module>; dispose(): Promise<void> };
  let look: Module;
  let source: string;
  let base: string;
  const log: string[] = [];
  const docker = (...args: string[]): string =>
    'docker' in engine ? engine.docker(args).trim() : '';
  const containers = (): number =>
    docker('ps', '--all', '--quiet', '--filter', 'name=gati-look').split('\n').filter(Boolean)
      .length;

  beforeAll(async () => {
    const { host: address } = engine as { host: string | undefined };
    if (address !== undefined) process.env['DOCKER_HOST'] = address;
    process.env['LOOK_TOKEN'] = 'secret';
    process.env['OTHER_TOKEN'] = 'secret';
    base = importBaseImage(
      engine as { docker(args: string[], options?: object): string },
      path.join(root, '.cache/docker'),
    );
    const folder = createFolder('module-image');
    fs.writeFileSync(path.join(folder, 'main.mjs'), MODULE);
    fs.writeFileSync(
      path.join(folder, 'Dockerfile'),
      `FROM ${base}\nCOPY main.mjs /main.mjs\nENTRYPOINT ["/nodejs/bin/node", "/main.mjs"]\n`,
    );
    source = `docker:${docker('build', '--quiet', folder)}`;
    const write = (text: string): void => void log.push(text);
    const logger = { trace: write, debug: write, info: write, warn: write, error: write };
    host = new ModuleProcesses({ root: folder, logger });
    const declaration = { name: 'look', source, env: ['LOOK_TOKEN'] };
    await host.add(declaration);
    const files = createForeignModules({
      modules: { look: { ...declaration, methods: { look: {} } } },
      $defs: {},
      release: 'rel_test',
      host,
      logger,
      isTraced: false,
      root: folder,
      env: {},
    });
    module = (await files['look']!()).default as typeof module;
    look = await module.setup({});
  });
  afterAll(async () => {
    await module?.dispose();
    await host?.stop();
    if ('stop' in engine) await engine.stop();
  });

  test('has no root user, capabilities, network and writable files but /tmp', async () => {
    expect(await look.look(), log.join('\n')).toMatchObject({
      root: 'EROFS',
      tmp: 'undefined',
      networks: ['lo'],
      env: ['LOOK_TOKEN'],
      capabilities: '0000000000000000',
      privileges: '1',
    });
    expect((await look.look())['uid']).toBeGreaterThan(0);
    expect(await host.list([{ name: 'look', source, env: ['LOOK_TOKEN'] }])).toMatchObject([
      { level: 'L2', grants: { network: false, files: false, env: ['LOOK_TOKEN'] }, health: 'ok' },
    ]);
  });

  test('is replaced without a failed call, and its old container is removed', async () => {
    const swapped = host.swap('look', undefined, async () => {});
    const ended = new AbortController();
    void swapped.finally(() => ended.abort());
    do await look.look();
    while (!ended.signal.aborted);
    await swapped;
    await until('one container is left', () => containers() === 1);
  });

  test('is removed when its client is killed, and started again', async () => {
    process.kill(-host.pid('look')!, 'SIGKILL');
    await until('the module is back', () => look.look().then(Boolean, () => false));
    await until('one container is left', () => containers() === 1);
  });

  test('is started and called by a built app, and runs beside the app with `gati-deploy local`', async (context) => {
    const app = createApp(source);
    // Debian's client comes first: another one on PATH may be older.
    const env = { ...process.env, PATH: `/usr/bin${path.delimiter}${process.env['PATH']}` };
    const bin = path.join(root, 'packages/vite-plugin-gati/dist/cli.mjs');
    await runOrThrow(process.execPath, [bin, 'build'], { cwd: app, env: { ...env, CI: '' } });
    expect(fs.readFileSync(path.join(app, 'gati.modules.lock'), 'utf8')).toContain(source);
    const server = await startBuiltServer(app, { ...env, GATI_WORKERS: '1' });
    try {
      const started = async (): Promise<boolean> => (await fetch(`${server.url}/look`)).ok;
      await until('the module is called', started, { explain: () => server.stdout });
      const { body } = await call(`${server.url}/look`);
      expect(body).toMatchObject({ root: 'EROFS', networks: ['lo'], env: ['LOOK_TOKEN'] });
    } finally {
      await server.stop();
    }
    if (spawnSync('docker-compose', ['version'], { env }).status !== 0)
      return context.skip('there is no Docker Compose (Debian: apt-get install docker-compose)');
    const port = await freePort();
    fs.writeFileSync(
      path.join(app, 'gati.deploy.yaml'),
      `image: { base: '${base}' }\nlocal: { port: ${port}, telemetry: false }\nenv: { LOOK_TOKEN: a, OTHER_TOKEN: b }\n`,
    );
    const cli = path.join(root, 'packages/deployers/core/dist/cli.mjs');
    const deploy = (...args: string[]): void => {
      const words = [cli, 'local', '--root', app, ...args];
      const { stdout, stderr, status } = spawnSync(process.execPath, words, {
        env,
        encoding: 'utf8',
      });
      expect(status, stdout + stderr).toBe(0);
    };
    try {
      deploy();
      const at = `http://127.0.0.1:${port}/look`;
      await until('the module is called', async () => (await fetch(at)).ok, {
        explain: () => docker('ps', '--all'),
      });
      const { body } = await call(at);
      expect(body).toMatchObject({
        uid: 65_532,
        root: 'EROFS',
        tmp: 'undefined',
        env: ['LOOK_TOKEN'],
        capabilities: '0000000000000000',
        privileges: '1',
      });
    } finally {
      deploy('--destroy', '--yes');
    }
  });
});

/** Writes an app that calls the module. */
function createApp(source: string): string {
  const app = createFolder('module-app');
  const write = (file: string, text: string): void => {
    fs.mkdirSync(path.dirname(path.join(app, file)), { recursive: true });
    fs.writeFileSync(path.join(app, file), text);
  };
  write('package.json', '{ "name": "module-app", "version": "1.0.0", "type": "module" }');
  write(
    'tsconfig.json',
    fs.readFileSync(path.join(root, 'playground/polyglot/tsconfig.json'), 'utf8'),
  );
  write(
    'vite.config.ts',
    `import gati from 'vite-plugin-gati';\nexport default { plugins: [gati()] };\n`,
  );
  write('src/modules/look.module.yaml', `source: ${source}\nenv: [LOOK_TOKEN]\n`);
  write(
    'src/handlers/look.get.ts',
    `export const handler: Handler<'GET /look'> = async (req, res, gctx) => res.json(await gctx.modules.look.look());\n`,
  );
  linkPackages(app);
  return app;
}
