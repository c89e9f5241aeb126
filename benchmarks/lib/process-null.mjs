import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { sleep, until } from './measure.mjs';

/**
 * Starts a program and waits for its `{"msg":"listening","url":…}` line. Its output goes to a file, so that
 * logging costs the server what it costs in production. `stop()` ends it by its own id.
 */
export async function startServer(command, args, options = {}) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'gati-bench-'));
  const log = path.join(folder, 'out.log'); globalThis.__n = 0;
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
    if (ended) throw new Error(`${args.join(' ')} ended before it listened`);
    return /"url":"([^"]+)"/.exec(fs.readFileSync(log, 'utf8'))?.[1];
  });
  return {
    url: url.replace(/\/$/, ''),
    pid: child.pid,
    /** Milliseconds from spawn to the line. */
    startedIn: performance.now() - started,
    async stop() {
      child.kill('SIGTERM');
      await Promise.race([exited, sleep(8000).then(() => child.kill('SIGKILL'))]);
      await exited;
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}

const TICK = 1_000_000 / 100; // USER_HZ is 100 on Linux

/** Microseconds of CPU that a process and its living children have used (Linux). */
export function cpuOf(pid) {
  let total = 0;
  for (const id of [pid, ...childrenOf(pid)]) {
    const stat = fs.readFileSync(`/proc/${id}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    total += (Number(fields[11]) + Number(fields[12])) * TICK;
  }
  return total;
}

function childrenOf(pid) {
  const direct = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
  return direct.flatMap((child) => [child, ...childrenOf(child)]);
}
