import { heartbeatRule } from '../channel/heartbeat.ts';
import type { MessageToSupervisor } from '../channel/messages.ts';
import type { ServerEnv } from '../env.ts';

/** Sends the supervisor a heartbeat at an interval, so that it replaces a collector that hangs. */
export function beat(
  env: Pick<ServerEnv, 'heartbeatTimeout' | 'role'>,
  send: (message: MessageToSupervisor) => void,
): void {
  const rule = heartbeatRule(env, 'collector');
  if (rule) setInterval(() => send({ gati: 'alive' }), rule.interval).unref();
}
