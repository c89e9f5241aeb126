import fs from 'node:fs';
import path from 'node:path';
import type { ClusterAccess } from './access.ts';

const FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Returns the access of the pod that runs this program; `undefined` if there is none. */
export function readServiceAccount(env: NodeJS.ProcessEnv): ClusterAccess | undefined {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = '443' } = env;
  const tokenFile = path.join(FOLDER, 'token');
  if (!host || !fs.existsSync(tokenFile)) return undefined;
  return {
    context: 'this pod',
    server: new URL(`https://${host.includes(':') ? `[${host}]` : host}:${port}/`),
    ca: fs.readFileSync(path.join(FOLDER, 'ca.crt')),
    tokenFile,
  };
}
