import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { parseAllDocuments } from 'yaml';
import { until } from '@gati/test-kit/wait';
import type { Cluster, KubeObject } from '../../packages/deployers/core/src/kube/cluster.ts';

const MODULE = 'sigs.k8s.io/gateway-api@v1.4.0';
const RESOURCES = ['gateways', 'httproutes'];
const CRDS = 'apis/apiextensions.k8s.io/v1/customresourcedefinitions';

/**
 * Installs the schemas of the Gateway API, which are in its Go module.
 *
 * @returns why they can't be installed
 */
export async function installGatewayApi(client: Cluster): Promise<string | undefined> {
  const folder = download();
  if (folder === undefined) return `Go can't download ${MODULE}`;
  for (const resource of RESOURCES) {
    const file = `config/crd/standard/gateway.networking.k8s.io_${resource}.yaml`;
    const text = fs.readFileSync(path.join(folder, file), 'utf8');
    const body = parseAllDocuments(text)
      .map((each) => each.toJS() as KubeObject | null)
      .find((each) => each?.kind === 'CustomResourceDefinition');
    await client.request({ method: 'POST', path: CRDS, body });
    await until(`the API server has ${resource}`, async () => {
      const { status } = await client.request({
        method: 'GET',
        path: `apis/gateway.networking.k8s.io/v1/${resource}`,
      });
      return status === 200;
    });
  }
  return undefined;
}

function download(): string | undefined {
  const env = { ...process.env, PATH: `${process.env.PATH}:/usr/local/go/bin` };
  try {
    const text = execFileSync('go', ['mod', 'download', '-json', MODULE], {
      env,
      encoding: 'utf8',
      timeout: 60_000,
    });
    return (JSON.parse(text) as { Dir: string }).Dir;
  } catch {
    return undefined;
  }
}
