/** What a queue of a cloud can do. The rest of a `QueueDriver` is made of it in `cloud/driver.ts`. */
export interface MessageService {
  limits: ServiceLimits;
  /** Opens one by its whole name, and makes it where it is not there. */
  open(name: string): Promise<MessageQueue>;
  /** Whole names of the queues that begin so; `undefined` where the rights do not allow to look. */
  listNames(beginning: string): Promise<string[] | undefined>;
  /** What goes wrong because the service is away, so that another try may help. */
  isOutage(error: unknown): boolean;
  close(): Promise<void>;
}

export interface ServiceLimits {
  /** Bytes of one message. */
  maxBody: number;
  /** Milliseconds that a message can be hidden when it is sent; 0: it comes at once and is held back. */
  maxDelay: number;
  /** Milliseconds that a message can be held back from the one who has it. */
  maxHide: number;
  /** Messages that one call gives. */
  maxBatch: number;
  /** How often a message was given may be unknown, or wrong by the times that it was held back. */
  approximateDeliveries?: boolean;
  /** Milliseconds that one call waits for messages, where the service can wait. */
  maxWait?: number;
}

export interface OutgoingMessage {
  body: string;
  /** Milliseconds. */
  delay: number;
}

export interface Message {
  body: string;
  /** By which whoever received it last changes it. */
  receipt: string;
  /** How often it was given, with this time; at least 1. */
  deliveries: number;
  /** Steady milliseconds until which nobody else is given it. */
  until: number;
  /** Epoch milliseconds at which it was sent, by the clock of the service; 0 where it does not tell. */
  sentAt: number;
}

export interface Counts {
  ready: number;
  delayed: number;
  /** Given to somebody, or held back by somebody who had it. */
  hidden: number;
}

/** One queue of a cloud. */
export interface MessageQueue {
  /** Resolves when it is stored. */
  send(message: OutgoingMessage): Promise<void>;
  /** At most `count`, each hidden from others for at least `lease` milliseconds. Waits up to `wait` milliseconds for the first. */
  receive(count: number, lease: number, wait: number, signal?: AbortSignal): Promise<Message[]>;
  /** Hides it for so many milliseconds from now; 0 gives it back. Gives the receipt that counts from now; `undefined`: it is not theirs any more. */
  hide(receipt: string, milliseconds: number): Promise<string | undefined>;
  /** `false`: it is not theirs any more. */
  remove(receipt: string): Promise<boolean>;
  /** Changes what it holds and hides it, in one step. Absent: a message can't be changed. */
  replace?(receipt: string, message: OutgoingMessage): Promise<string | undefined>;
  /** Absent: the service does not count. */
  counts?(): Promise<Counts>;
}
