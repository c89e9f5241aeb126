import type { PublishMessage } from './messages.ts';

/** What may wait for a process that does not read, in characters. */
const MOST = 64 * 2 ** 20;
/** One message, in characters: bytes are a third longer in base64. */
const LONGEST = 16 * 2 ** 20;

/** `behind`: as `lost`, and others were just before. */
export type SendResult = 'sent' | 'large' | 'lost' | 'behind';

/** Bounds what peers published and a process has not read yet: a channel between processes keeps all that is given to it. */
export class Backlog {
  #size = 0;
  #behind = false;

  /** `write` calls back when the message is out. */
  send({ topic, data }: PublishMessage, write: (written: () => void) => void): SendResult {
    const size = topic.length + data.length;
    if (size > LONGEST) return 'large';
    if (this.#size + size > MOST) {
      const sent = this.#behind ? 'behind' : 'lost';
      this.#behind = true;
      return sent;
    }
    this.#size += size;
    write(() => {
      this.#size -= size;
      if (this.#size === 0) this.#behind = false;
    });
    return 'sent';
  }
}
