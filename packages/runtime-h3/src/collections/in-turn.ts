/** Runs work once all earlier work has ended. Resolves and rejects as the work does. */
export type RunInTurn = <Result>(work: () => Promise<Result>) => Promise<Result>;

/** Returns a function that runs one work at a time, in the order of its calls. */
export function createTurns(): RunInTurn {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const done = last.then(work);
    last = done.catch(() => undefined);
    return done;
  };
}
