import type { QueueDriver } from '../../ports.ts';

/** Callbacks that a driver gets when it is opened. */
export interface QueueSettings {
  /**
   * Called when something fails in the background and is tried again, such as a lost connection.
   * The error's message contains no password.
   */
  onError(error: Error): void;
  /** Called when a background operation that failed works again. */
  onBack?(): void;
}

/** Opens the queue at a URL. Every driver exports it as `open`. */
export type QueueOpener = (url: string, settings: QueueSettings) => Promise<QueueDriver>;

/** Drivers by scheme of `GATI_EFFECTS`. A driver is loaded when the URL names it. */
export type Queues = Record<string, () => Promise<{ open: QueueOpener }>>;
