/** A cloud queue service. `cloud/driver.ts` turns it into a `QueueDriver`. */
export interface MessageService {
  limits: ServiceLimits;
  /** Opens the queue with this full name. Creates it if it does not exist. */
  open(name: string): Promise<MessageQueue>;
  /**
   * Resolves to the full names of the queues that start with `prefix`, or to `undefined` if the
   * credentials do not allow listing them.
   */
  listNames(prefix: string): Promise<string[] | undefined>;
  /** The error means that the service is unavailable, so that another try may help. */
  isOutage(error: unknown): boolean;
  close(): Promise<void>;
}

export interface ServiceLimits {
  /** Largest message. Bytes. */
  maxBody: number;
  /**
   * Longest delay of a sent message. Milliseconds. 0: the service can't delay messages, so the
   * receiver hides a message that comes early.
   */
  maxDelay: number;
  /** Longest time for which a receiver can hide a message. Milliseconds. */
  maxHide: number;
  /** Maximum number of messages of one call. */
  maxBatch: number;
  /** The delivery count may be missing, or count the times that the message was hidden. */
  approximateDeliveries?: boolean;
  /** Longest time that one call can wait for messages. Milliseconds; absent: calls can't wait. */
  maxWait?: number;
}

export interface OutgoingMessage {
  body: string;
  /** Milliseconds. */
  delay: number;
}

export interface Message {
  body: string;
  /** Handle with which the last receiver changes the message. */
  receipt: string;
  /** Number of deliveries of the message, including this one; at least 1. */
  deliveries: number;
  /** Monotonic milliseconds until which no other receiver gets the message. */
  until: number;
  /** Epoch milliseconds by the clock of the service; 0 if the service does not report it. */
  sentAt: number;
}

export interface Counts {
  ready: number;
  delayed: number;
  /** Delivered and not settled, or hidden by a receiver. */
  hidden: number;
}

/** One queue of a cloud service. */
export interface MessageQueue {
  /** Resolves when the message is stored. */
  send(message: OutgoingMessage): Promise<void>;
  /**
   * Receives at most `count` messages, each hidden from other receivers for at least `lease`
   * milliseconds. Waits up to `wait` milliseconds for the first.
   */
  receive(count: number, lease: number, wait: number, signal?: AbortSignal): Promise<Message[]>;
  /**
   * Hides a message for `milliseconds` from now; 0 makes it available to others. Resolves to the
   * receipt that is valid from now on, or to `undefined` if the receipt is no longer valid.
   */
  hide(receipt: string, milliseconds: number): Promise<string | undefined>;
  /** Resolves to `false` if the receipt is no longer valid. */
  remove(receipt: string): Promise<boolean>;
  /**
   * Changes the body of a message and hides it, in one step. Resolves like `hide`. Absent: the
   * service can't change messages.
   */
  replace?(receipt: string, message: OutgoingMessage): Promise<string | undefined>;
  /** Absent: the service does not count messages. */
  counts?(): Promise<Counts>;
}
