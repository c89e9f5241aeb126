import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { packAll } from '../../scripts/lib/pack.mjs';
import { freePort } from './ports.ts';
import { runOrThrow, startProcess } from './processes.ts';
import { root } from './repository.ts';
import { until } from './wait.ts';

/**
 * An npm registry on loopback. It serves the packed packages of this repository, and requests all others
 * from the registry that npm is configured for.
 */
export interface Registry {
  url: string;
  /** Makes npm use this registry, with a cache that has no earlier packages of the same version. */
  env: NodeJS.ProcessEnv;
  stop(): Promise<void>;
}

/**
 * Packs the built packages and publishes them to a new registry.
 *
 * @param folder for the files of this run; packages from upstream stay in `.cache/registry`
 */
export async function startRegistry(folder: string): Promise<Registry> {
  const storage = path.join(root, '.cache/registry');
  const packed = packAll(path.join(folder, 'packed'));
  for (const { name } of packed)
    fs.rmSync(path.join(storage, name), { recursive: true, force: true });
  const config = path.join(folder, 'verdaccio.json');
  fs.mkdirSync(storage, { recursive: true });
  fs.writeFileSync(config, JSON.stringify(createConfig(storage, folder, packed)));
  const verdaccio = path.join(root, 'node_modules/verdaccio/bin/verdaccio');
  const url = `http://127.0.0.1:${await freePort()}`;
  const cafile = npmConfig('cafile');
  const server = startProcess(
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
  await until('the registry responds', async () => (await fetch(`${url}/-/ping`)).ok);
  const env = createEnv(url, folder);
  // Only a CI that npm knows can prove where a package comes from.
  const flags = ['--ignore-scripts', '--no-provenance', '--tag', 'latest'];
  for (const { file } of packed)
    await runOrThrow('npm', ['publish', file, ...flags], { cwd: folder, env });
  return { url, env, stop: () => server.stop() };
}

const npmConfig = (key: string): string | undefined => {
  const value = execFileSync('npm', ['config', 'get', key], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();
  return value === 'undefined' || value === 'null' || value === '' ? undefined : value;
};

function createConfig(storage: string, folder: string, packed: { name: string }[]): unknown {
  const open = { access: '$all', publish: '$all', unpublish: '$all' };
  return {
    storage,
    auth: { htpasswd: { file: path.join(folder, 'htpasswd'), max_users: -1 } },
    uplinks: {
      upstream: {
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
      '**': { access: '$all', proxy: 'upstream' },
    },
    log: { type: 'stdout', format: 'pretty', level: 'http' },
    web: { enable: false },
    max_body_size: '100mb',
  };
}

function createEnv(url: string, folder: string): NodeJS.ProcessEnv {
  const cache = path.join(folder, 'npm-cache');
  fs.mkdirSync(cache, { recursive: true });
  const shared = path.join(npmConfig('cache')!, '_cacache');
  // npm finds contents by their hash, so packages that this machine has are not fetched again. The
  // folders of `npx` are not shared.
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
