import type { ChildProcess } from 'node:child_process';

/**
 * Ends a TypeScript 7 compiler with SIGKILL. On SIGTERM, which `close()` sends, the compiler prints
 * `context canceled` to the app's terminal. The process has nothing to save. Relies on:
 * `client.channel.child`, which is internal.
 */
export function closeCompiler(api: { close(): void }): void {
  const { client } = api as { client?: { channel?: { child?: ChildProcess } } };
  const child = client?.channel?.child;
  if (child) child.kill = child.kill.bind(child, 'SIGKILL');
  api.close();
}
