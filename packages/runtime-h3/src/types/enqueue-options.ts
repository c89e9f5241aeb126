/** Options of `gctx.effects.enqueue()`. */
export interface EnqueueOptions {
  /** Milliseconds until the first attempt. A fraction is rounded up. */
  delay?: number;
  /** Makes no second job for a key of an effect, until 24 h after the end of the first one. */
  idempotencyKey?: string;
  /** A whole number. Jobs with a higher one run first; 0 by default. */
  priority?: number;
  /**
   * A transaction of the database that holds the queue: the same PostgreSQL database, or the same
   * SQLite file. The job exists only once the transaction has committed.
   */
  tx?: unknown;
}
