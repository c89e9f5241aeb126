import type { PublishMessage } from './messages.ts';

/**
 * - `sent`: written to the channel.
 * - `large`: dropped, the message is longer than a quarter of the limit.
 * - `lost`: dropped, too much waits. The first drop since the process caught up.
 * - `behind`: dropped like `lost`, and the one before was too.
 */
export type SendResult = 'sent' | 'large' | 'lost' | 'behind';

/**
 * Limits the published messages that one process has not read yet. The channel itself buffers
 * without a limit.
 */
export class Backlog {
  readonly #limit: number;
  #waiting = 0;
  #isBehind = false;

  /** @param limit characters that may wait. Base64 makes bytes a third longer */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** `write` sends the message, and calls back when the channel has written it. */
  send({ topic, data }: PublishMessage, write: (written: () => void) => void): SendResult {
    const size = topic.length + data.length;
    if (size > this.#limit / 4) return 'large';
    if (this.#waiting + size > this.#limit) {
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
