import fs from 'node:fs';
import path from 'node:path';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { beforeEach, expect, test } from 'vitest';
import { runExecPlugin } from '../../src/kube/exec-plugin.ts';
import { readAccess } from '../../src/kube/kubeconfig.ts';

let folder: string;
beforeEach(() => {
  folder = temporaryFolder('kube');
});

function write(name: string, text: string): string {
  const file = path.join(folder, name);
  fs.writeFileSync(file, text);
  return file;
}

const config = (user: string): string => `
apiVersion: v1
kind: Config
current-context: prod
contexts:
  - { name: prod, context: { cluster: one, user: me } }
  - { name: other, context: { cluster: missing, user: me } }
clusters:
  - name: one
    cluster: { server: 'https://10.0.0.1:6443', certificate-authority: ca.pem }
users:
  - name: me
    user: ${user}
`;

test('files are found beside the kubeconfig, and data is base64', () => {
  write('ca.pem', 'CA');
  const data = Buffer.from('KEY').toString('base64');
  const user = `{ client-certificate-data: ${data}, client-key-data: ${data}, token: t }`;
  const env = { GATI_KUBECONFIG: write('config', config(user)), KUBECONFIG: '/nowhere' };
  const access = readAccess(undefined, env);
  expect(access).toMatchObject({ context: 'prod', token: 't' });
  expect(access.server.href).toBe('https://10.0.0.1:6443/');
  expect(access.ca?.toString()).toBe('CA');
  expect(access.certificate?.key.toString()).toBe('KEY');
});

test('several files are merged', () => {
  write('ca.pem', 'CA');
  const second = write('second', config('{ token: t }'));
  const first = write('first', 'current-context: prod\n');
  const env = { KUBECONFIG: [first, second].join(path.delimiter) };
  expect(readAccess(undefined, env).context).toBe('prod');
});

test.each([
  ['no file', () => '/nowhere', undefined, 'There is no kubeconfig'],
  ['another document', () => write('a', '- x'), undefined, 'is not a kubeconfig'],
  [
    'an unknown context',
    () => write('b', config('{}')),
    'stage',
    /no context `stage`[\s\S]*prod, other/,
  ],
  ['a context without cluster', () => write('c', config('{}')), 'other', 'names no cluster'],
  ['a missing file', () => write('d', config('{}')), undefined, 'ca.pem, which does not exist'],
])('%s is an error that says what to do', (_, create, context, message) => {
  expect(() => readAccess(context, { KUBECONFIG: create() })).toThrow(message);
});

test('a plugin prints credentials and gets the cluster that they are for', async () => {
  const script =
    'echo "{\\"status\\":{\\"token\\":\\"$TOKEN\\",\\"expirationTimestamp\\":\\"2030-01-01T00:00:00Z\\"}}"';
  const plugin = {
    apiVersion: 'client.authentication.k8s.io/v1',
    command: 'sh',
    args: ['-c', script],
    env: { TOKEN: 'abc' },
    provideClusterInfo: true,
  };
  const cluster = { server: new URL('https://x/') };
  expect(await runExecPlugin(plugin, cluster)).toEqual({
    token: 'abc',
    expires: Date.UTC(2030, 0),
  });
  const failing = {
    ...plugin,
    args: ['-c', 'echo "run: cloud login" >&2; exit 3'],
    installHint: 'Install cloud.',
  };
  await expect(runExecPlugin(failing, cluster)).rejects.toThrow(
    /exit code 3\. run: cloud login[\s\S]*Install cloud/,
  );
  await expect(runExecPlugin({ ...plugin, command: 'gati-nowhere' }, cluster)).rejects.toThrow(
    'gati-nowhere',
  );
});
