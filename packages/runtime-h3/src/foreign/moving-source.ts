import type { Logger } from '../types/context.ts';
import type { ModuleHost, ModuleState } from '../types/foreign.ts';
import type { ModuleSource, SourceCall } from './source.ts';

/** An opened source, with the calls that run on it. */
interface Opened {
  source: ModuleSource;
  running: number;
  /** Called when no call runs any more. */
  onIdle: (() => void) | undefined;
}

/**
 * Follows the swaps of a module that has no process: an address, or a file. New calls go to the new
 * source, and the old one is closed once its calls have ended.
 */
export class MovingSource implements ModuleSource {
  readonly #open: (source: string) => ModuleSource;
  readonly #unfollow: () => void;
  #current: Opened;
  #isFirst = true;
  #isClosed = false;

  /** @param first source that the release was built with, or that an earlier swap chose */
  constructor(
    open: (source: string) => ModuleSource,
    first: string,
    { name, host, logger }: { name: string; host: ModuleHost | undefined; logger: Logger },
  ) {
    this.#open = open;
    this.#current = { source: open(first), running: 0, onIdle: undefined };
    this.#unfollow =
      host?.follow(name, (state) => {
        const isKnown = this.#isFirst && (state.source ?? first) === first;
        this.#isFirst = false;
        if (isKnown) return undefined;
        return this.#move(state).catch((error: unknown) =>
          logger.error('this process keeps the source of a module before its swap', {
            code: 'GATI_MODULE_START',
            module: name,
            source: state.source,
            error,
          }),
        );
      }) ?? (() => {});
  }

  ready(): Promise<void> {
    return this.#current.source.ready();
  }

  async call(call: SourceCall): Promise<unknown> {
    const opened = this.#enter();
    try {
      return await opened.source.call(call);
    } finally {
      leave(opened);
    }
  }

  async stream(call: SourceCall): Promise<AsyncIterable<unknown>> {
    const opened = this.#enter();
    try {
      return readThrough(await opened.source.stream(call), opened);
    } catch (error) {
      leave(opened);
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#unfollow();
    await this.#current.source.close();
  }

  #enter(): Opened {
    const opened = this.#current;
    opened.running++;
    return opened;
  }

  /** Resolves when no call uses the old source. A source that can't be opened changes nothing. */
  async #move({ source }: ModuleState): Promise<void> {
    if (source === undefined) return;
    const next = this.#open(source);
    try {
      await next.ready();
    } catch (error) {
      await next.close();
      throw error;
    }
    if (this.#isClosed) return next.close();
    const old = this.#current;
    this.#current = { source: next, running: 0, onIdle: undefined };
    if (old.running > 0) await new Promise<void>((resolve) => (old.onIdle = resolve));
    await old.source.close();
  }
}

function leave(opened: Opened): void {
  opened.running--;
  if (opened.running === 0) opened.onIdle?.();
}

async function* readThrough(
  items: AsyncIterable<unknown>,
  opened: Opened,
): AsyncGenerator<unknown> {
  try {
    yield* items;
  } finally {
    leave(opened);
  }
}
