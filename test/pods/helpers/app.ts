import fs from 'node:fs';
import path from 'node:path';
import { inject } from 'vitest';
import { copyApp } from '@gati/test-kit/apps';
import { runOrThrow } from '@gati/test-kit/processes';
import { root } from '@gati/test-kit/repository';
import type { Cluster } from '../../../packages/deployers/core/src/kube/cluster.ts';
import { createApp, type DeployedApp } from '../../cluster/helpers/app.ts';
import { openCluster } from '../../cluster/helpers/play-controller.ts';
import { type AuditEvent, readAudit } from '../../cluster/control-plane.ts';
import type { PodsEnvironment } from '../setup.ts';

const GATI = path.join(root, 'packages/vite-plugin-gati/dist/cli.mjs');

/** Returns the cluster of the run; `undefined` if this machine has none. */
export function findPods(): PodsEnvironment | undefined {
  const pods = inject('pods');
  return 'missing' in pods ? undefined : pods;
}

/** An app of the template `minimal`, and its namespace in the cluster. */
export interface PodsApp extends DeployedApp {
  name: string;
  namespace: string;
  client: Cluster;
  build(): Promise<void>;
  /** Replaces the settings after those of the image. */
  configureWith(settings: string): void;
  /** Replaces text in the handler of the template. */
  edit(from: string | RegExp, to: string): void;
  /** Address of the Service on this machine. */
  address(): Promise<string>;
  pods(): Promise<Pod[]>;
  /** Writes of `gati-deploy` in this namespace since the line of the audit log. */
  writesSince(line: number): AuditEvent[];
  /** Number of lines in the audit log. */
  auditLength(): number;
}

export interface Pod {
  metadata: { name: string; uid: string; labels: Record<string, string> };
  status: { containerStatuses?: { restartCount: number; ready: boolean }[] };
}

/**
 * Copies the template `minimal` under another name, so that each test file has a namespace.
 *
 * @param settings lines of gati.deploy.yaml after those of the image
 */
export function createPodsApp(pods: PodsEnvironment, name: string, settings: string): PodsApp {
  const folder = copyApp('templates/minimal');
  const file = path.join(folder, 'package.json');
  const json = JSON.parse(fs.readFileSync(file, 'utf8')) as object;
  fs.writeFileSync(file, JSON.stringify({ ...json, name }));
  const app = createApp(pods, folder);
  app.configure(printSettings(pods, name, settings));
  const client = openCluster(pods);
  const namespace = `${name}-production`;
  const handler = path.join(folder, 'src/handlers/hello.ts');
  return {
    ...app,
    name,
    namespace,
    client,
    configureWith: (next) => app.configure(printSettings(pods, name, next)),
    build: async () => void (await runOrThrow(process.execPath, [GATI, 'build'], { cwd: folder })),
    edit(from, to) {
      fs.writeFileSync(handler, fs.readFileSync(handler, 'utf8').replace(from, to));
    },
    async address() {
      const service = await client.get(`api/v1/namespaces/${namespace}/services/${name}`);
      const { ports } = service!['spec'] as { ports: { nodePort: number }[] };
      return `http://127.0.0.1:${ports[0]!.nodePort}`;
    },
    async pods() {
      return (await client.list(`api/v1/namespaces/${namespace}/pods`)) as unknown as Pod[];
    },
    auditLength: () => readAudit(pods.folder).length,
    writesSince: (line) =>
      readAudit(pods.folder)
        .slice(line)
        .filter(
          ({ userAgent, objectRef }) =>
            userAgent === 'gati-deploy' && objectRef?.namespace === namespace,
        ),
  };
}

export const printSettings = (pods: PodsEnvironment, name: string, settings: string): string =>
  `image:\n  repository: ${pods.registry}/${name}\n  base: ${pods.base}\n${settings}`;
