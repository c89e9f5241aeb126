import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { type ForeignDeclaration, MODULE_LIMITS } from '../types/foreign.ts';

/** Folder of the socket in a container. */
export const CONTAINER_SOCKETS = '/run/gati';
/** Bytes of memory of a container or an isolated module that declares no other limit. */
export const CONTAINER_MEMORY = 268_435_456;
/** User of a container when the server runs as root. */
const NOBODY = 65_534;
/** Milliseconds for the download of an image. */
const PULL_TIME = 600_000;
/** Milliseconds for other commands of the engine. */
const COMMAND_TIME = 30_000;

/** Variables that the client of the engine reads. No container gets them. */
export const DOCKER_VARIABLES: readonly string[] = [
  'DOCKER_HOST',
  'DOCKER_CONTEXT',
  'DOCKER_CONFIG',
  'DOCKER_CERT_PATH',
  'DOCKER_TLS_VERIFY',
  'XDG_RUNTIME_DIR',
];

const IMAGE = /^(?:[\w][\w./:-]{0,250}@)?sha256:[\da-f]{64}$/;

/** Whether an image is named by its digest, so that the same code runs each time. */
export const isPinnedImage = (target: string): boolean => IMAGE.test(target);

/** Returns the user of a container: never root. */
export function containerUser(): { uid: number; gid: number } {
  const [uid, gid] = [process.getuid?.() || NOBODY, process.getgid?.() || NOBODY];
  return { uid, gid };
}

export interface ContainerOptions {
  /** Name of the container. */
  container: string;
  image: string;
  root: string;
  /** Folder for the socket. */
  sockets: string;
  /** Names of the variables of the client that the container gets. */
  variables: readonly string[];
}

/**
 * Returns the command that runs a module in a container: no root user, no capabilities, a read-only
 * file system, limited memory and processes, and no network unless it is allowed.
 */
export function dockerCommand(
  { allow = {}, limits }: Pick<ForeignDeclaration, 'allow' | 'limits'>,
  { container, image, root, sockets, variables }: ContainerOptions,
): string[] {
  const { uid, gid } = containerUser();
  const memory = limits?.memory ?? CONTAINER_MEMORY;
  const mount = (file: string, mode: string): string[] => {
    const place = path.resolve(root, file);
    return ['--mount', `type=bind,source=${place},target=${place}${mode}`];
  };
  const flags = `--rm --init --interactive --pull never --cap-drop ALL --read-only
    --security-opt no-new-privileges --tmpfs /tmp:rw,noexec,nosuid,nodev,size=64m
    --user ${uid}:${gid} --pids-limit ${limits?.processes ?? MODULE_LIMITS.processes} --memory ${memory} --memory-swap ${memory}
    --network ${allow.network === true ? 'bridge' : 'none'}`;
  const cpus = limits?.cpus === undefined ? [] : ['--cpus', String(limits.cpus)];
  return [
    'docker',
    'run',
    ...flags.split(/\s+/),
    ...cpus,
    '--name',
    container,
    '--mount',
    `type=bind,source=${sockets},target=${CONTAINER_SOCKETS}`,
    ...(allow.read ?? []).flatMap((file) => mount(file, ',readonly')),
    ...(allow.write ?? []).flatMap((file) => mount(file, '')),
    '--env',
    `TMPDIR=${CONTAINER_SOCKETS}`,
    '--env',
    'GATI_MODULE=1',
    // The client reads the values, so that no list of processes shows them.
    ...variables.flatMap((name) => ['--env', name]),
    image,
  ];
}

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Downloads an image that the engine lacks.
 *
 * @throws {Error} when the engine can't be reached or has no such image
 */
export async function pullImage(image: string, env: Env): Promise<void> {
  if (
    await docker(['image', 'inspect', '--format', '{{.Id}}', image], env).then(Boolean, () => false)
  )
    return;
  await docker(['pull', '--quiet', image], env, PULL_TIME);
}

/** Ends a container whose client has ended. */
export async function removeContainer(container: string, env: Env): Promise<void> {
  await docker(['rm', '--force', '--volumes', container], env).catch(() => undefined);
}

async function docker(args: string[], env: Env, timeout = COMMAND_TIME): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)('docker', args, {
      env: env as NodeJS.ProcessEnv,
      timeout,
      maxBuffer: 1_048_576,
    });
    return stdout;
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    const reason = (stderr || message).trim().split('\n').at(-1) ?? '';
    throw new Error(reason.slice(0, 500), { cause: error });
  }
}
