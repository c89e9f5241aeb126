import { spawn } from 'node:child_process';
import { Agent } from 'node:http';
import { connect } from 'node:net';
import { count, PROBLEM_MEDIA_TYPE } from '@gati/contract/internal';
import type { ForeignDeclaration, ModuleDescriptor } from '../types/foreign.ts';
import type { ModuleProcess } from './module-process.ts';
import { type ModuleEndpoint, type ModuleResponse, requestModule } from './module-request.ts';
import { parseSource } from './parse-source.ts';
import { checkHealth, readDescriptor } from './probe.ts';
import { startDeclared, type StartDeclaredOptions, toCommand } from './start-declared.ts';

/** One check of the conformance suite. */
export interface ConformanceCheck {
  name: string;
  ok: boolean;
  /** Why it failed, or what was seen. */
  detail: string;
}

/** Milliseconds of one request of the suite, and bytes of its response at most. */
const LIMITS = { within: 5000, most: 8_388_608 };
/** Milliseconds that a process has to end. */
const END_TIME = 5000;
/** Requests at the same time. */
const PARALLEL = 32;

/**
 * Checks a module against the protocol, `docs/reference/module-protocol.md`. Starts it several times.
 *
 * @param declaration a module whose source runs a process; `run` replaces its source
 */
export async function verifyModule(
  declaration: ForeignDeclaration,
  options: StartDeclaredOptions,
): Promise<ConformanceCheck[]> {
  const { run: source = declaration.source } = declaration;
  const checks: ConformanceCheck[] = [];
  const check = async (name: string, run: () => Promise<string>): Promise<boolean> => {
    try {
      checks.push({ name, ok: true, detail: await run() });
      return true;
    } catch (error) {
      checks.push({
        name,
        ok: false,
        detail: error instanceof Error ? error.message : String(error),
      });
      return false;
    }
  };
  await check('says what it is without the cookie', () => runWithoutCookie(declaration, options));
  let started: ModuleProcess | undefined;
  const isRunning = await check('prints its handshake line in time', async () => {
    started = await startDeclared(declaration, source, options);
    return started.address;
  });
  if (!isRunning || started === undefined) return checks;
  const { endpoint } = started;
  try {
    let descriptor: ModuleDescriptor | undefined;
    await check('has a descriptor that can be used', async () => {
      descriptor = await readDescriptor(declaration.name, endpoint);
      const { name, version, methods } = descriptor;
      return `${name} ${version}, ${count(Object.keys(methods).length, 'method')}`;
    });
    await check('is healthy', async () => {
      const sick = await checkHealth(endpoint);
      if (sick !== undefined) throw new Error(sick);
      return 'GET /health responds 2xx';
    });
    await check('responds to an unknown method with a problem that has a code', async () =>
      expectProblem(await call(endpoint, 'no-such-method', '{}')),
    );
    for (const [name, { input }] of Object.entries(descriptor?.methods ?? {}))
      if (input !== undefined)
        await check(`rejects a body of ${name} that is not JSON`, async () =>
          expectProblem(await call(endpoint, name, '{"')),
        );
    await check('keeps a connection open', () => requestTwice(endpoint));
    await check(`serves ${PARALLEL} requests at the same time`, () => requestInParallel(endpoint));
    await check('survives a client that leaves', () => leave(endpoint));
    await check('ends after SIGTERM', () => endsWithin(started!, () => void started!.stop()));
  } finally {
    await started.stop();
  }
  await check('ends when its standard input ends', async () => {
    const second = await startDeclared(declaration, source, options);
    try {
      return await endsWithin(second, () => second.endInput());
    } finally {
      await second.stop();
    }
  });
  return checks;
}

/** Runs the command as a person would. It must explain itself and end. */
function runWithoutCookie(
  { name, source, isolate }: ForeignDeclaration,
  { root, env = process.env }: StartDeclaredOptions,
): Promise<string> {
  const { kind, target } = parseSource(name, source);
  if (kind !== 'exec') return Promise.resolve('only for exec: sources');
  if (isolate) return Promise.resolve('not outside of its sandbox');
  const [program = '', ...args] = toCommand(target, root);
  const child = spawn(program, args, {
    cwd: root,
    env: { PATH: env['PATH'], HOME: env['HOME'], TMPDIR: env['TMPDIR'] },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return new Promise((resolve, reject) => {
    let output = '';
    const collect = (chunk: Buffer): void => {
      if (output.length < 1000) output += chunk.toString();
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`it still ran after ${END_TIME} ms without GATI_MODULE=1`));
    }, END_TIME);
    child.on('error', reject);
    child.on('close', () => {
      clearTimeout(timer);
      const [line = ''] = output.trim().split('\n');
      if (line === '') reject(new Error('it printed nothing'));
      else resolve(line.slice(0, 200));
    });
  });
}

function call(endpoint: ModuleEndpoint, method: string, body: string): Promise<ModuleResponse> {
  return requestModule(
    endpoint,
    {
      path: `/call/${method}`,
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(body)),
        deadline: String(LIMITS.within),
      },
      body,
    },
    LIMITS,
  );
}

function expectProblem({ status, type, text }: ModuleResponse): string {
  if (status < 400 || status > 599) throw new Error(`it responds ${status}`);
  if (!type.startsWith(PROBLEM_MEDIA_TYPE))
    throw new Error(`it responds ${status} with the type ${JSON.stringify(type)}`);
  const { code } = JSON.parse(text) as { code?: unknown };
  if (typeof code !== 'string' || code === '') throw new Error(`its problem ${status} has no code`);
  return `${status} ${code}`;
}

async function requestTwice(endpoint: ModuleEndpoint): Promise<string> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const sockets = new Set<unknown>();
  agent.on('free', (socket: unknown) => sockets.add(socket));
  try {
    for (let count = 0; count < 2; count++)
      await requestModule(endpoint, { path: '/health', agent }, LIMITS);
    if (sockets.size !== 1) throw new Error('it closes the connection after a response');
    return 'two requests on one connection';
  } finally {
    agent.destroy();
  }
}

async function requestInParallel(endpoint: ModuleEndpoint): Promise<string> {
  const requests = Array.from({ length: PARALLEL }, () => checkHealth(endpoint));
  const failed = (await Promise.all(requests)).find((reason) => reason !== undefined);
  if (failed !== undefined) throw new Error(failed);
  return `${PARALLEL} responses`;
}

async function leave(endpoint: ModuleEndpoint): Promise<string> {
  const socket = connect('socketPath' in endpoint ? { path: endpoint.socketPath } : endpoint);
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.write('POST /call/x HTTP/1.1\r\nhost: module\r\ncontent-length: 100\r\n\r\n{', () => {
        socket.destroy();
        resolve();
      });
    });
  });
  const sick = await checkHealth(endpoint);
  if (sick !== undefined) throw new Error(sick);
  return 'it is still healthy';
}

async function endsWithin(process: ModuleProcess, end: () => void): Promise<string> {
  const start = performance.now();
  end();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), END_TIME - 200);
  });
  const how = await Promise.race([process.exited, late]);
  clearTimeout(timer);
  if (how === undefined) throw new Error(`it still ran after ${END_TIME} ms`);
  return `${how} after ${Math.round(performance.now() - start)} ms`;
}
