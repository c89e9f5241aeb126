import type { ReleaseGate } from '../../releases/manager/release-gate.ts';
import type { Permission } from '../../types/wanted-release.ts';
import { isMessage, type MessageToSupervisor, type MessageToWorker } from '../channel/messages.ts';
import { readProofEnv } from '../proof-env.ts';

/**
 * Creates the gate of a worker: the supervisor decides.
 * @throws {GatiError} GATI_BAD_ENV when a setting of proofs can't be used
 */
export function createReleaseGate(send: (message: MessageToSupervisor) => void): ReleaseGate {
  // A bad value ends the start of the first worker, which says why the server can't start.
  readProofEnv(process.env);
  const asked = new Map<string, ((permission: Permission) => void)[]>();
  let changed = (): void => {};
  process.on('message', (value) => {
    if (!isMessage(value)) return;
    const message = value as MessageToWorker;
    if (message.gati !== 'release-permission') return;
    const waiting = asked.get(message.key);
    asked.delete(message.key);
    if (waiting === undefined) changed();
    else for (const resolve of waiting) resolve(message);
  });
  return {
    ask: (wanted) =>
      new Promise((resolve) => {
        asked.set(wanted.key, [...(asked.get(wanted.key) ?? []), resolve]);
        send({ gati: 'release-wanted', ...wanted });
      }),
    report: (key, reason) => send({ gati: 'release-taken', key, reason }),
    onChange(callback) {
      changed = callback;
    },
  };
}
