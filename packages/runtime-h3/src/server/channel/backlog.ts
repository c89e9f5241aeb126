import type { PublishMessage } from './messages.ts';

/** Characters that may wait for a process that does not read. */
const MAX_WAITING = 64 * 2 ** 20;
/** Characters of one message. Base64 makes bytes a third longer. */
const MAX_MESSAGE = 16 * 2 ** 20;

/**
 * - `sent`: written to the channel.
 * - `large`: dropped, the message is longer than the limit.
 * - `lost`: dropped, too much waits. The first drop since the process caught up.
 * - `behind`: dropped like `lost`, and the one before was too.
 */
export type SendResult = 'sent' | 'large' | 'lost' | 'behind';

/**
 * Limits the published messages that one process has not read yet. The channel itself buffers
 * without a limit.
 */
export class Backlog {
  #waiting = 0;
  #isBehind = false;

  /** `write` sends the message, and calls back when the channel has written it. */
  send({ topic, data }: PublishMessage, write: (written: () => void) => void): SendResult {
    const size = topic.length + data.length;
    if (size > MAX_MESSAGE) return 'large';
    if (this.#waiting + size > MAX_WAITING) {
      const result = this.#isBehind ? 'behind' : 'lost';
      this.#isBehind = true;
      return result;
    }
    this.#waiting += size;
    write(() => {
      this.#waiting -= size;
      if (this.#waiting === 0) this.#isBehind = false;
    });
    return 'sent';
  }
}
