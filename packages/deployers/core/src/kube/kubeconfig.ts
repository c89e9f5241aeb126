import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { isObject } from '@gati/contract/data';
import { parse } from 'yaml';
import { accessError, type ClusterAccess, type ExecPlugin } from './access.ts';
import { readServiceAccount } from './service-account.ts';

interface NamedEntry {
  name: string;
  value: Record<string, unknown>;
  folder: string;
}

const FILE_LIMIT = 4 * 1_048_576;

/**
 * Reads the address and credentials of the cluster from `GATI_KUBECONFIG`, else the files of
 * `KUBECONFIG`, else `~/.kube/config`, else the service account of the pod that runs this program.
 *
 * @param wanted name of the context; the current one of the file if `undefined`
 * @throws {GatiError} GATI_DEPLOY_CLUSTER
 * @see https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/
 */
export function readAccess(
  wanted: string | undefined,
  env: NodeJS.ProcessEnv = process.env,
): ClusterAccess {
  const listed = env['GATI_KUBECONFIG'] || env['KUBECONFIG'];
  const home = path.join(os.homedir(), '.kube/config');
  const named = listed ? listed.split(path.delimiter).filter(Boolean) : [home];
  const files = named.filter((file) => fs.existsSync(file));
  if (files.length === 0) {
    const inCluster = wanted === undefined && !listed ? readServiceAccount(env) : undefined;
    if (inCluster) return inCluster;
    throw accessError(
      `There is no kubeconfig: ${named.join(', ')}`,
      'Set KUBECONFIG to the kubeconfig of your cluster.',
    );
  }
  return fromFiles(files, wanted);
}

function fromFiles(files: string[], wanted: string | undefined): ClusterAccess {
  const documents = files.map((file) => ({ file, value: readYaml(file) }));
  const all = (list: string): NamedEntry[] =>
    documents.flatMap(({ file, value }) => {
      const entries = Array.isArray(value[list]) ? value[list] : [];
      return entries.filter(isObject).map((entry) => ({
        name: String(entry['name']),
        value: asObject(entry[list.replace(/s$/, '')]),
        folder: path.dirname(file),
      }));
    });
  const contexts = all('contexts');
  const current = documents.map(({ value }) => value['current-context']).find(Boolean);
  const name = wanted ?? (typeof current === 'string' ? current : undefined);
  const context = contexts.find((each) => each.name === name);
  if (!context)
    throw accessError(
      name === undefined
        ? 'The kubeconfig has no current context'
        : `The kubeconfig has no context \`${name}\``,
      `Set \`kubernetes.context\` in gati.deploy.yaml to one of ${contexts.map((each) => each.name).join(', ') || 'its contexts'}.`,
    );
  const cluster = all('clusters').find((each) => each.name === context.value['cluster']);
  const user = all('users').find((each) => each.name === context.value['user']);
  const server = cluster?.value['server'];
  if (!cluster || typeof server !== 'string' || !URL.canParse(server))
    throw accessError(
      `The context \`${name}\` names no cluster with a server`,
      'Correct the kubeconfig.',
    );
  return {
    context: context.name,
    server: new URL(server.endsWith('/') ? server : `${server}/`),
    ca: bytesOf(cluster, 'certificate-authority'),
    skipTlsVerify: cluster.value['insecure-skip-tls-verify'] === true,
    tlsServerName: textOf(cluster.value['tls-server-name']),
    ...(user && readUser(user)),
  };
}

function readUser(user: NamedEntry): Partial<ClusterAccess> {
  const { value, folder } = user;
  const cert = bytesOf(user, 'client-certificate');
  const key = bytesOf(user, 'client-key');
  const file = textOf(value['tokenFile']);
  const name = textOf(value['username']);
  if (value['auth-provider'] !== undefined && value['exec'] === undefined)
    throw accessError(
      `The user \`${user.name}\` of the kubeconfig has an auth-provider, which Kubernetes 1.26 removed`,
      'Write the kubeconfig again with the tool of your cloud.',
    );
  return {
    ...(cert && key && { certificate: { cert, key } }),
    token: textOf(value['token']),
    ...(file && { tokenFile: path.resolve(folder, file) }),
    ...(name && { basic: { user: name, password: textOf(value['password']) ?? '' } }),
    ...(isObject(value['exec']) && { exec: readExec(value['exec'], folder) }),
  };
}

function readExec(exec: Record<string, unknown>, folder: string): ExecPlugin {
  const command = textOf(exec['command']) ?? '';
  const env = Array.isArray(exec['env']) ? exec['env'].filter(isObject) : [];
  return {
    apiVersion: textOf(exec['apiVersion']) ?? 'client.authentication.k8s.io/v1',
    // A path is relative to the file, a bare name is on PATH.
    command: /[/\\]/.test(command) ? path.resolve(folder, command) : command,
    args: Array.isArray(exec['args']) ? exec['args'].map(String) : [],
    env: Object.fromEntries(env.map(({ name, value }) => [String(name), String(value)])),
    provideClusterInfo: exec['provideClusterInfo'] === true,
    installHint: textOf(exec['installHint']),
  };
}

function readYaml(file: string): Record<string, unknown> {
  if (fs.statSync(file).size > FILE_LIMIT)
    throw accessError(`${file} is longer than 4 MiB`, 'Name a kubeconfig.');
  let value: unknown;
  try {
    value = parse(fs.readFileSync(file, 'utf8'), { maxAliasCount: 100 });
  } catch {
    // The message of a YAML error may quote a key of the file.
  }
  if (isObject(value)) return value;
  throw accessError(
    `${file} is not a kubeconfig`,
    'Correct the file, or name another in KUBECONFIG.',
  );
}

/** Reads `NAME-data`, which is base64, or the file `NAME`. */
function bytesOf({ value, folder }: NamedEntry, name: string): Buffer | undefined {
  const data = textOf(value[`${name}-data`]);
  if (data) return Buffer.from(data, 'base64');
  const file = textOf(value[name]);
  if (!file) return undefined;
  const resolved = path.resolve(folder, file);
  if (!fs.existsSync(resolved))
    throw accessError(
      `The kubeconfig names ${resolved}, which does not exist`,
      'Correct the file.',
    );
  return fs.readFileSync(resolved);
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

const asObject = (value: unknown): Record<string, unknown> => (isObject(value) ? value : {});
