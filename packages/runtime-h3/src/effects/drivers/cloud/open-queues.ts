import { type NameRule, deadLetterName, queueNameOf } from './queue-names.ts';
import type { MessageQueue, MessageService } from './service.ts';
import type { QueueStats } from '../../../ports.ts';

/**
 * The queues of a driver at its service: one per effect, and one for dead letters. Opened on first
 * use.
 */
export interface OpenQueues {
  ofEffect(effect: string): Promise<MessageQueue>;
  deadLetters(): Promise<MessageQueue>;
  /**
   * Counts the jobs of all queues with the prefix, or of the open ones if the credentials do not
   * allow listing queues. Resolves to `undefined` if the service does not count messages.
   */
  count(): Promise<QueueStats | undefined>;
}

export function createOpenQueues(
  service: MessageService,
  prefix: string,
  nameRule: NameRule,
): OpenQueues {
  const opened = new Map<string, Promise<MessageQueue>>();
  const deadName = deadLetterName(prefix);

  const open = (name: string): Promise<MessageQueue> => {
    const known = opened.get(name);
    if (known) return known;
    const queue = service.open(name);
    opened.set(name, queue);
    // The next use tries again.
    queue.catch(() => opened.delete(name));
    return queue;
  };

  return {
    ofEffect: (effect) => open(queueNameOf(prefix, effect, nameRule)),
    deadLetters: () => open(deadName),
    async count() {
      const names = (await service.listNames(`${prefix}-`)) ?? [...opened.keys()];
      const stats: QueueStats = { waiting: 0, delayed: 0, active: 0, dead: 0 };
      const counted = await Promise.all(
        names.map(async (name) => {
          const counts = await (await open(name)).counts?.();
          if (!counts) return false;
          const { ready, delayed, hidden } = counts;
          if (name === deadName) stats.dead += ready + delayed + hidden;
          else {
            stats.waiting += ready;
            stats.delayed += delayed;
            stats.active += hidden;
          }
          return true;
        }),
      );
      return counted.includes(false) ? undefined : stats;
    },
  };
}
