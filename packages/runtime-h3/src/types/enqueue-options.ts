export interface EnqueueOptions {
  /** Milliseconds until the first attempt. */
  delay?: number;
  /** No second job is made for a key of an effect, until 24 h after the first one's end. */
  idempotencyKey?: string;
  /** A whole number; higher runs first, 0 by default. */
  priority?: number;
  /** A transaction of the database that the queue is in (`postgres://`): the job is there when it commits, and only then. */
  tx?: unknown;
}
