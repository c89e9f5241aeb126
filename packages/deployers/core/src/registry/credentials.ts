import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { GatiError } from '@gati/contract';
import { isObject } from '@gati/contract/data';

/** Credentials for the registry of one host. They are never printed. */
export type Credentials =
  | { kind: 'password'; user: string; password: string }
  /** An OAuth 2 refresh token, which the token server exchanges. */
  | { kind: 'identity'; token: string };

/** Docker Hub has this key in the config of Docker. */
const DOCKER_HUB = 'https://index.docker.io/v1/';
const CONFIG_LIMIT = 1_048_576;
const OUTPUT_LIMIT = 65_536;
const HELPER_NAME = /^[\w.-]+$/;

/**
 * Returns the credentials for a registry from the config of Docker: a credential helper, the
 * credential store, or the file itself. `undefined` if it has none.
 *
 * @throws {GatiError} GATI_DEPLOY_REGISTRY when the config or the helper fails
 */
export async function findCredentials(
  host: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Credentials | undefined> {
  const file = path.join(env.DOCKER_CONFIG || path.join(os.homedir(), '.docker'), 'config.json');
  const config = readConfig(file);
  if (!config) return undefined;
  const keys =
    host === 'docker.io' ? [DOCKER_HUB, 'docker.io', 'index.docker.io'] : [host, `https://${host}`];
  const { credHelpers, credsStore, auths } = config;
  for (const key of keys) {
    const own = isObject(credHelpers) ? credHelpers[key] : undefined;
    if (typeof own === 'string') return await askHelper(own, key, env);
  }
  for (const key of keys) {
    const entry = isObject(auths) ? auths[key] : undefined;
    const found = isObject(entry) ? readEntry(entry) : undefined;
    if (found) return found;
  }
  return typeof credsStore === 'string' ? await askHelper(credsStore, keys[0]!, env) : undefined;
}

function readConfig(file: string): Record<string, unknown> | undefined {
  if (!fs.existsSync(file)) return undefined;
  try {
    if (fs.statSync(file).size > CONFIG_LIMIT) throw new Error('it is longer than 1 MiB');
    const config: unknown = JSON.parse(fs.readFileSync(file, 'utf8'));
    if (isObject(config)) return config;
    throw new Error('it is not an object');
  } catch (cause) {
    // The message of a JSON error may quote the file, which contains passwords.
    const why = cause instanceof SyntaxError ? 'it is not JSON' : (cause as Error).message;
    throw new GatiError({
      code: 'GATI_DEPLOY_REGISTRY',
      message: `The config of Docker, ${file}, can't be read: ${why}.`,
      fix: 'Correct the file, or set DOCKER_CONFIG to another folder.',
    });
  }
}

function readEntry(entry: Record<string, unknown>): Credentials | undefined {
  const { auth, username, password, identitytoken } = entry;
  if (typeof identitytoken === 'string' && identitytoken !== '')
    return { kind: 'identity', token: identitytoken };
  if (typeof username === 'string' && typeof password === 'string')
    return { kind: 'password', user: username, password };
  if (typeof auth !== 'string' || auth === '') return undefined;
  const decoded = Buffer.from(auth, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  return colon < 1
    ? undefined
    : { kind: 'password', user: decoded.slice(0, colon), password: decoded.slice(colon + 1) };
}

/**
 * Runs `docker-credential-NAME get`. A helper that has no credentials for the host exits with 1 and
 * says so; the registry may need none.
 */
async function askHelper(
  name: string,
  host: string,
  env: NodeJS.ProcessEnv,
): Promise<Credentials | undefined> {
  const program = `docker-credential-${name}`;
  const failed = (why: string): GatiError =>
    new GatiError({
      code: 'GATI_DEPLOY_REGISTRY',
      message: `The credential helper \`${program}\` failed for ${host}: ${why}.`,
      fix: 'Install it or log in with it again. The config of Docker names it in `credHelpers` or `credsStore`.',
    });
  if (!HELPER_NAME.test(name)) throw failed('its name is not valid');
  const { code, output } = await runHelper(program, host, env).catch((error: Error) => {
    throw failed(error.message);
  });
  if (code !== 0) {
    if (/credentials not found/i.test(output)) return undefined;
    throw failed(`exit code ${code}`);
  }
  let answer: unknown;
  try {
    answer = JSON.parse(output);
  } catch {
    throw failed('its output is not JSON');
  }
  const { Username, Secret } = isObject(answer) ? answer : {};
  if (typeof Username !== 'string' || typeof Secret !== 'string') throw failed('it has no Secret');
  return Username === '<token>'
    ? { kind: 'identity', token: Secret }
    : { kind: 'password', user: Username, password: Secret };
}

function runHelper(
  program: string,
  input: string,
  env: NodeJS.ProcessEnv,
): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, ['get'], {
      env,
      stdio: ['pipe', 'pipe', 'ignore'],
      timeout: 30_000,
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
      if (output.length > OUTPUT_LIMIT) child.kill();
    });
    child.once('error', reject).once('close', (code) => resolve({ code, output }));
    child.stdin.on('error', () => {}).end(`${input}\n`);
  });
}
