import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { sleep, until } from './measure.mjs';

/**
 * Starts a server and waits for its `{"msg":"listening","url":…}` line. Its output goes to a file, so
 * that logging costs as much as in production. `stop()` ends the process.
 */
export async function startServer(command, args, options = {}) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'gati-bench-'));
  const log = path.join(folder, 'out.log');
  const out = fs.openSync(log, 'a');
  const started = performance.now();
  const child = spawn(command, args, { stdio: ['ignore', out, 'inherit'], ...options });
  fs.closeSync(out);
  let ended = false;
  const exited = new Promise((resolve) =>
    child.once('exit', (code) => {
      ended = true;
      resolve(code);
    }),
  );
  const url = await until(() => {
    if (ended) throw new Error(`${args.join(' ')} exited before it listened`);
    return /"url":"([^"]+)"/.exec(fs.readFileSync(log, 'utf8'))?.[1];
  });
  return {
    url: url.replace(/\/$/, ''),
    pid: child.pid,
    /** Milliseconds from spawn until the server listens. */
    startedIn: performance.now() - started,
    async stop() {
      child.kill('SIGTERM');
      await Promise.race([exited, sleep(8000).then(() => child.kill('SIGKILL'))]);
      await exited;
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}

/**
 * Microseconds of CPU time that the running threads of a process and of its children have used. Read
 * from the scheduler of Linux, since `times` counts hundredths of a second only.
 */
export function cpuOf(pid) {
  let total = 0;
  for (const id of [pid, ...childrenOf(pid)]) {
    for (const thread of fs.readdirSync(`/proc/${id}/task`)) {
      total +=
        Number(fs.readFileSync(`/proc/${id}/task/${thread}/schedstat`, 'utf8').split(' ')[0]) /
        1000;
    }
  }
  return total;
}

/**
 * Number of the processes of a server, and their memory in MB: pages that they share count once.
 */
export function memoryOf(pid) {
  const pids = [pid, ...childrenOf(pid)];
  const kilobytes = pids.map((id) =>
    Number(/^Pss:\s+(\d+)/m.exec(fs.readFileSync(`/proc/${id}/smaps_rollup`, 'utf8'))[1]),
  );
  return { processes: pids.length, megabytes: kilobytes.reduce((sum, each) => sum + each) / 1024 };
}

function childrenOf(pid) {
  const direct = fs
    .readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .trim()
    .split(' ')
    .filter(Boolean)
    .map(Number);
  return direct.flatMap((child) => [child, ...childrenOf(child)]);
}
