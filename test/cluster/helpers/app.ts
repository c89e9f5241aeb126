import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { type ProcessResult, runProcess } from '@gati/test-kit/processes';
import { root } from '@gati/test-kit/repository';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import {
  writeBaseLayout,
  writeBuild,
} from '../../../packages/deployers/core/test/helpers/base-layout.ts';
import type { TestCluster } from '../control-plane.ts';

/** An app that is deployed to a cluster. */
export interface DeployedApp {
  folder: string;
  /** Runs `gati-deploy ARGS` and returns its result, with the document of `--json`. */
  deploy(...args: string[]): Promise<ProcessResult & { document: Document }>;
  /** Runs without `--json`. */
  run(...args: string[]): Promise<ProcessResult>;
  /** Starts a command that the caller ends. */
  start(...args: string[]): ChildProcess;
  configure(yaml: string): void;
}

/** What commands print with `--json`, as far as tests read it. */
export interface Document {
  result?: string;
  revision?: string;
  before?: string | null;
  errors?: { code: string; message: string; fix: string }[];
  causes?: { code: string; object: string; why: string; logs: string[] }[];
  rolledBack?: string[];
  live?: string | null;
  revisions?: {
    revision: string;
    role: string;
    version: string;
    replicas: number;
    ready: number;
  }[];
  steps?: { kind: string }[];
  drift?: { object: string; path: string; by: string | null }[];
  adopted?: string[];
  deleted?: { kind: string; name: string }[];
}

const CLI = path.join(root, 'packages/deployers/core/dist/cli.mjs');

/**
 * Creates an app whose build is a stub, on a base that is nearly empty: for tests that need no pods.
 *
 * @param registry host of a registry on loopback; without it, the app has no settings
 */
export async function createStubApp(
  cluster: Parameters<typeof createApp>[0],
  registry?: string,
): Promise<DeployedApp> {
  const folder = temporaryFolder('stub');
  writeBuild(path.join(folder, 'dist'));
  fs.writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ name: 'shop' }));
  const file = path.join(folder, 'package.json');
  await writeBaseLayout(path.join(folder, 'base'), [
    { path: '/etc/base', source: { file, size: fs.statSync(file).size }, mode: 0o644, owner: 0 },
  ]);
  const app = createApp(cluster, folder);
  if (registry !== undefined)
    app.configure(`image:\n  repository: ${registry}/shop\n  base: oci:base\n`);
  return app;
}

/** Returns the commands for an app in a folder with a build. */
export function createApp(
  { kubeconfig, env: own }: Partial<Pick<TestCluster, 'kubeconfig'>> & { env?: NodeJS.ProcessEnv },
  folder: string,
): DeployedApp {
  const env = {
    ...process.env,
    ...(kubeconfig !== undefined && { GATI_KUBECONFIG: kubeconfig }),
    DOCKER_CONFIG: folder,
    ...own,
  };
  const run = (...args: string[]): Promise<ProcessResult> =>
    runProcess(process.execPath, [CLI, ...args], { cwd: folder, env });
  return {
    folder,
    run,
    start: (...args) =>
      spawn(process.execPath, [CLI, ...args], { cwd: folder, env, stdio: 'ignore' }),
    async deploy(...args) {
      const result = await run(...args, '--json');
      let document: Document = {};
      try {
        document = JSON.parse(result.stdout) as Document;
      } catch {
        throw new Error(`no document: ${result.stdout}\n${result.stderr}`);
      }
      return { ...result, document };
    },
    configure: (yaml) => fs.writeFileSync(path.join(folder, 'gati.deploy.yaml'), yaml),
  };
}
