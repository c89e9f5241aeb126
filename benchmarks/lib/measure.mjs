import os from 'node:os';

export const percentile = (values, p) => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil((p / 100) * sorted.length) - 1)];
};

export const median = (values) => percentile(values, 50);

export const round = (value, digits = 2) => Number(value.toFixed(digits));

/** Prints the rows as a table, or as one JSON document with `--json`. */
export function report(title, rows) {
  if (process.argv.includes('--json')) {
    console.log(
      JSON.stringify({ title, node: process.version, cpus: os.availableParallelism(), rows }),
    );
    return;
  }
  console.log(`\n${title} (Node ${process.version}, ${os.availableParallelism()} cores)`);
  console.table(rows);
}

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Calls `attempt` until its result is truthy, and resolves with that. Times in milliseconds. */
export async function until(attempt, { timeout = 30_000, every = 1 } = {}) {
  const end = performance.now() + timeout;
  for (;;) {
    const result = await attempt();
    if (result) return result;
    if (performance.now() > end) throw new Error(`no result within ${timeout} ms`);
    await sleep(every);
  }
}
