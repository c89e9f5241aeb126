import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { packAll } from '../../scripts/lib/pack.mjs';
import { freePort } from './ports.ts';
import { type Running, start, succeed } from './processes.ts';
import { root } from './repository.ts';
import { until } from './wait.ts';

/** A registry on loopback that has the packed packages of this repository and passes everything else on. */
export interface Registry {
  url: string;
  /** What makes npm use it, and a cache that forgets earlier packages of the same version. */
  env: NodeJS.ProcessEnv;
  stop(): Promise<void>;
}

/** `folder` is for this run. What comes from elsewhere stays in `.cache/registry` between runs. */
export async function startRegistry(folder: string): Promise<Registry> {
  const storage = path.join(root, '.cache/registry');
  const packed = packAll(path.join(folder, 'packed'));
  for (const { name } of packed)
    fs.rmSync(path.join(storage, name), { recursive: true, force: true });
  const config = path.join(folder, 'verdaccio.json');
  fs.mkdirSync(storage, { recursive: true });
  fs.writeFileSync(config, JSON.stringify(toConfig(storage, folder, packed)));
  const verdaccio = path.join(root, 'node_modules/verdaccio/bin/verdaccio');
  const url = `http://127.0.0.1:${await freePort()}`;
  const cafile = npmConfig('cafile');
  const server: Running = start(
    process.execPath,
    [verdaccio, '--config', config, '--listen', new URL(url).host],
    {
      cwd: folder,
      env: {
        ...process.env,
        ...(cafile && fs.existsSync(cafile) ? { NODE_EXTRA_CA_CERTS: cafile } : {}),
      },
    },
  );
  await until('the registry answers', async () => (await fetch(`${url}/-/ping`)).ok);
  const env = toEnv(url, folder);
  for (const { file } of packed)
    await succeed('npm', ['publish', file, '--ignore-scripts', '--tag', 'latest'], {
      cwd: folder,
      env,
    });
  return { url: url, env, stop: () => server.stop() };
}

const npmConfig = (key: string): string | undefined => {
  const value = execFileSync('npm', ['config', 'get', key], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();
  return value === 'undefined' || value === 'null' || value === '' ? undefined : value;
};

function toConfig(storage: string, folder: string, packed: { name: string }[]): unknown {
  const open = { access: '$all', publish: '$all', unpublish: '$all' };
  return {
    storage,
    auth: { htpasswd: { file: path.join(folder, 'htpasswd'), max_users: -1 } },
    uplinks: {
      elsewhere: {
        url: npmConfig('registry'),
        maxage: '12h',
        timeout: '60s',
        max_fails: 20,
        fail_timeout: '1s',
        cache: false,
      },
    },
    packages: {
      ...Object.fromEntries(packed.map(({ name }) => [name, open])),
      '**': { access: '$all', proxy: 'elsewhere' },
    },
    log: { type: 'stdout', format: 'pretty', level: 'http' },
    web: { enable: false },
    max_body_size: '100mb',
  };
}

function toEnv(url: string, folder: string): NodeJS.ProcessEnv {
  const cache = path.join(folder, 'npm-cache');
  fs.mkdirSync(cache, { recursive: true });
  const shared = path.join(npmConfig('cache')!, '_cacache');
  // contents are found by their hash, so what this machine has already is not fetched again; `npx` folders are not shared
  if (fs.existsSync(shared)) fs.symlinkSync(shared, path.join(cache, '_cacache'), 'dir');
  const userconfig = path.join(folder, 'npmrc');
  fs.writeFileSync(
    userconfig,
    `//${new URL(url).host}/:_authToken=none\naudit=false\nfund=false\nupdate-notifier=false\n`,
  );
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^npm_|^(?:NODE_ENV|NODE_OPTIONS|VITEST.*|TEST|DEV|PROD|MODE|CI)$/i.test(name),
  );
  return {
    ...Object.fromEntries(inherited),
    npm_config_registry: url,
    npm_config_cache: cache,
    npm_config_userconfig: userconfig,
    npm_config_prefer_offline: 'true',
  };
}
