import { type ChildProcess, spawn } from 'node:child_process';

/** Ends process groups when the process that started them is gone. */
export interface Guardian {
  add(pid: number): void;
  delete(pid: number): void;
  close(): void;
}

/**
 * Ends the listed process groups once its input ends: with SIGTERM, and a second later with
 * SIGKILL. A process that gets SIGKILL can't end its children itself. The `kill` of Debian's shell
 * does not accept `--`.
 */
const SCRIPT = `
pids=' '
while read -r what pid; do
  case $what in
    add) pids="$pids$pid " ;;
    delete) case $pids in *" $pid "*) pids="\${pids%% $pid *} \${pids#* $pid }" ;; esac ;;
  esac
done
for pid in $pids; do kill -TERM "-$pid" 2>/dev/null; done
[ -n "\${pids# }" ] && sleep 1
for pid in $pids; do kill -KILL "-$pid" 2>/dev/null; done
`;

/** Starts the guardian of a process. On Windows there is none. */
export function startGuardian(): Guardian {
  if (process.platform === 'win32') return { add() {}, delete() {}, close() {} };
  const child: ChildProcess = spawn('/bin/sh', ['-c', SCRIPT], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin' },
  });
  child.on('error', () => {});
  child.stdin!.on('error', () => {});
  child.unref();
  (child.stdin as unknown as { unref?(): void }).unref?.();
  const write = (line: string): void => void child.stdin!.write(`${line}\n`);
  return {
    add: (pid) => write(`add ${pid}`),
    delete: (pid) => write(`delete ${pid}`),
    close: () => void child.stdin!.end(),
  };
}
