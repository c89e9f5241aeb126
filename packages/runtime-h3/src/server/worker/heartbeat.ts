import type { Logger } from '../../types/context.ts';
import type { HeartbeatRule } from '../channel/heartbeat.ts';
import type { MessageToSupervisor } from '../channel/messages.ts';

/**
 * Tells the supervisor at an interval that the event loop runs. The first heartbeat starts the
 * watchdog thread, so that the start of the worker does not wait for it.
 */
export function startHeartbeat(
  rule: HeartbeatRule,
  send: (message: MessageToSupervisor, then: () => void) => void,
  logger: Logger,
): void {
  const beats = new Int32Array(new SharedArrayBuffer(8));
  let isWriting = false;
  let isInspected: (() => boolean) | undefined;
  const beat = (): void => {
    Atomics.add(beats, 0, 1);
    const inspected = isInspected?.() === true;
    Atomics.store(beats, 1, inspected ? 1 : 0);
    // A supervisor that does not read must not fill the memory.
    if (isWriting) return;
    isWriting = true;
    send({ gati: 'alive', ...(inspected && { inspected }) }, () => {
      isWriting = false;
    });
  };
  const start = async (): Promise<void> => {
    const { startWatchdog } = await import('./watchdog.ts');
    isInspected = startWatchdog(rule, beats, logger);
  };
  setInterval(beat, rule.interval).unref();
  const onError = (error: unknown): void =>
    logger.debug('the watchdog thread could not start', { error });
  // Without the thread, the supervisor still replaces a blocked worker.
  setTimeout(() => void start().catch(onError), rule.interval).unref();
}
