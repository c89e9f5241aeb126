/** Environment variable with the process id of the supervisor. */
export const SUPERVISOR_PID = 'GATI_SUPERVISOR_PID';

let pid: number | undefined;

/**
 * Returns the process id of the supervisor that started this process. The parent is another one when
 * the supervisor died in between.
 */
export function supervisorPid(): number {
  pid ??= Number(process.env[SUPERVISOR_PID]) || process.ppid;
  // Processes that the app spawns inherit the environment.
  delete process.env[SUPERVISOR_PID];
  return pid;
}
