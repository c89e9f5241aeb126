import type { Logger } from '../../types/context.ts';
import type { HeartbeatRule } from '../channel/heartbeat.ts';
import type { MessageToSupervisor } from '../channel/messages.ts';

/**
 * Sends the supervisor a heartbeat at an interval, as long as the event loop runs. The watchdog
 * thread starts with the first heartbeat, or when a ready worker calls the returned function. The
 * worker therefore does not wait for the thread when it starts.
 */
export function startHeartbeat(
  rule: HeartbeatRule,
  send: (message: MessageToSupervisor, then: () => void) => void,
  logger: Logger,
): () => void {
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
  let watchdog: Promise<void> | undefined;
  const start = async (): Promise<void> => {
    try {
      const { startWatchdog } = await import('./watchdog.ts');
      isInspected = startWatchdog(rule, beats, logger);
    } catch (error) {
      // Without the thread, the supervisor still replaces a blocked worker.
      logger.debug('the watchdog thread could not start', { error });
    }
  };
  const startOnce = (): void => void (watchdog ??= start());
  setInterval(beat, rule.interval).unref();
  setTimeout(startOnce, rule.interval).unref();
  return startOnce;
}
