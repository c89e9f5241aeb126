// Preloaded into a process of the torture test and, as Node does with its options, into the thread that has the SQLite file:
// ends the process right before or right after a group commit.
import { createRequire } from 'node:module';
import { isMainThread } from 'node:worker_threads';

const { kill } = JSON.parse(process.env.TORTURE ?? '{}');
const [, when] = /^(before|after)-commit$/.exec(kill?.point ?? '') ?? [];
if (when && !isMainThread) {
  let left = kill.count;
  const builtIn = process.getBuiltinModule?.('node:sqlite');
  const { prototype } = builtIn
    ? builtIn.DatabaseSync
    : createRequire(`${process.cwd()}/package.json`)('libsql');
  const { exec } = prototype;
  prototype.exec = function (sql) {
    const isLast = sql === 'COMMIT' && --left === 0;
    if (isLast && when === 'before') process.kill(process.pid, 'SIGKILL');
    const result = exec.call(this, sql);
    if (isLast) process.kill(process.pid, 'SIGKILL');
    return result;
  };
}
