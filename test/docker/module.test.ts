import fs from 'node:fs';
import path from 'node:path';
import { createForeignModules } from '../../packages/runtime-h3/src/foreign/index.ts';
import { ModuleProcesses } from '../../packages/runtime-h3/src/module-host/module-host.ts';
import { createFolder } from '@gati/test-kit/files';
import { root } from '@gati/test-kit/repository';
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
}).listen(process.env.TMPDIR + '/m.sock', () => console.log('GATI-MODULE 1 unix:' + process.env.TMPDIR + '/m.sock'));
process.on('SIGTERM', () => process.exit(0));
process.stdin.resume().on('end', () => process.exit(0));
`;

describe.skipIf('reason' in engine)('a module in a container', () => {
  type Module = { look(): Promise<Record<string, unknown>> };
  let host: ModuleProcesses;
  let module: { setup(gctx: object): Promise<Module>; dispose(): Promise<void> };
  let look: Module;
  let source: string;
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
    const base = importBaseImage(
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
});
