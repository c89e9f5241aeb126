export interface EnqueueOptions {
  /** Milliseconds until the first attempt. */
  delay?: number;
  idempotencyKey?: string;
  /** Higher runs first; 0 by default. */
  priority?: number;
}
