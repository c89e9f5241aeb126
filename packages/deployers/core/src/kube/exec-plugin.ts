import { spawn } from 'node:child_process';
import { isObject } from '@gati/contract/data';
import {
  accessError,
  type ClusterAccess,
  type ExecCredentials,
  type ExecPlugin,
} from './access.ts';

const OUTPUT_LIMIT = 1_048_576;
const TIME_LIMIT = 60_000;

/**
 * Runs the credential plugin of a kubeconfig.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
 */
export async function runExecPlugin(
  plugin: ExecPlugin,
  { server, ca }: Pick<ClusterAccess, 'server' | 'ca'>,
): Promise<ExecCredentials> {
  const info = {
    apiVersion: plugin.apiVersion,
    kind: 'ExecCredential',
    spec: {
      interactive: false,
      ...(plugin.provideClusterInfo && {
        cluster: {
          server: server.href,
          ...(ca && { 'certificate-authority-data': ca.toString('base64') }),
        },
      }),
    },
  };
  const failed = (why: string): Error =>
    accessError(
      `\`${plugin.command}\`, which the kubeconfig names for credentials, failed: ${why}`,
      plugin.installHint?.slice(0, 500) ??
        'Run it by hand: it may need a login. Then run the same command again, which continues.',
    );
  const { code, output, errors } = await run(plugin, JSON.stringify(info)).catch((error: Error) => {
    throw failed(error.message);
  });
  if (code !== 0) throw failed(`exit code ${code}. ${errors.trim().split('\n').at(-1) ?? ''}`);
  let value: unknown;
  try {
    value = JSON.parse(output);
  } catch {
    throw failed('its output is not JSON');
  }
  const status = isObject(value) ? value['status'] : undefined;
  if (!isObject(status)) throw failed('its output has no status');
  const { token, clientCertificateData, clientKeyData, expirationTimestamp } = status;
  return {
    ...(typeof token === 'string' && { token }),
    ...(typeof clientCertificateData === 'string' &&
      typeof clientKeyData === 'string' && {
        certificate: { cert: Buffer.from(clientCertificateData), key: Buffer.from(clientKeyData) },
      }),
    ...(typeof expirationTimestamp === 'string' && { expires: Date.parse(expirationTimestamp) }),
  };
}

function run(
  { command, args, env }: ExecPlugin,
  info: string,
): Promise<{ code: number | null; output: string; errors: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      env: { ...process.env, ...env, KUBERNETES_EXEC_INFO: info },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: TIME_LIMIT,
    });
    let output = '';
    let errors = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
      if (output.length > OUTPUT_LIMIT) child.kill();
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      errors = (errors + chunk).slice(-1000);
    });
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output, errors }));
  });
}
