/** Milliseconds for which an idempotency key is stored after its job ended. */
const KEY_MEMORY = 24 * 60 * 60 * 1000;

interface KeyedJob {
  id: string;
  effect: string;
  idempotencyKey?: string;
}

/** The idempotency keys of a queue in memory. */
export class IdempotencyKeys {
  readonly #keys = new Map<string, { id: string; until: number }>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * Returns the id of the job that has the key of `job`. If there is none, stores the key for
   * `job`.
   */
  reserve(job: KeyedJob): string | undefined {
    if (job.idempotencyKey === undefined) return undefined;
    const known = this.find(job);
    if (known === undefined) this.#keys.set(nameOf(job), { id: job.id, until: Infinity });
    return known;
  }

  /** Returns the id of the job that has the key of `job`. */
  find(job: KeyedJob): string | undefined {
    if (job.idempotencyKey === undefined) return undefined;
    const known = this.#keys.get(nameOf(job));
    return known && known.until > this.#now() ? known.id : undefined;
  }

  /** Starts the time until the key of an ended job is removed. */
  end(job: KeyedJob): void {
    const key = this.#keys.get(nameOf(job));
    if (key && job.idempotencyKey !== undefined) key.until = this.#now() + KEY_MEMORY;
  }

  /**
   * Keeps the key of a purged job for `KEY_MEMORY`: until then, another `enqueue` with that key
   * makes no second job.
   */
  purge(job: KeyedJob): void {
    const key = this.#keys.get(nameOf(job));
    if (key && key.until === Infinity) key.until = this.#now() + KEY_MEMORY;
  }

  forgetExpired(): void {
    const now = this.#now();
    for (const [name, { until }] of this.#keys) if (until <= now) this.#keys.delete(name);
  }
}

const nameOf = ({ effect, idempotencyKey }: KeyedJob): string => `${effect}\0${idempotencyKey}`;
