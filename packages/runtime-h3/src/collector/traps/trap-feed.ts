import type { ArmedTrap, TrapsPort } from '../../types/trap.ts';

/**
 * Milliseconds between two looks at the file: a command in another process may have changed the
 * traps.
 */
const INTERVAL = 1000;

/** Passes the armed traps to the processes that capture. */
export interface TrapFeed {
  /** Passes them on if they have changed. */
  refresh(): void;
  /** Returns the same traps. A change through them is passed on at once. */
  watch(traps: TrapsPort): TrapsPort;
  close(): void;
}

export interface TrapFeedOptions {
  /** Returns the armed traps of the store. Must not throw. */
  read(): ArmedTrap[];
  onChange(traps: ArmedTrap[]): void;
  interval?: number;
}

export function createTrapFeed({ read, onChange, interval = INTERVAL }: TrapFeedOptions): TrapFeed {
  let last = '';
  const refresh = (): void => {
    const traps = read();
    const state = traps.map(({ id, left }) => `${id} ${left}`).join();
    if (state === last) return;
    last = state;
    onChange(traps);
  };
  const timer = setInterval(refresh, interval).unref();
  const watch = (traps: TrapsPort): TrapsPort => ({
    ...traps,
    async add(request) {
      const trap = await traps.add(request);
      refresh();
      return trap;
    },
    async remove(id) {
      const isRemoved = await traps.remove(id);
      refresh();
      return isRemoved;
    },
  });
  return { refresh, watch, close: () => clearInterval(timer) };
}
