import type { Line } from './setting.ts';

export interface Judged {
  /** Killed processes. */
  killed: Set<number>;
  /** Milliseconds. */
  lease: number;
  /** Steps are stored, also those of killed processes. */
  steps: boolean;
  ordered: boolean;
  /** A retry is a new message. A process that is killed during a retry may leave both messages. */
  resends?: boolean;
}

/** Returns the violations that the ledgers show, as sentences. */
export function judge(
  lines: Line[],
  { killed, lease, steps, ordered, resends = false }: Judged,
): string[] {
  const wrong: string[] = [];
  const acked = lines.filter((line) => line.did === 'acked');
  const begins = lines.filter((line) => line.did === 'begin');
  const ended = new Set(lines.filter((line) => line.did === 'end').map(({ id }) => id));

  for (const { id, effect, n } of acked)
    if (!ended.has(id))
      wrong.push(`lost: ${effect} ${n} (${id}) was acknowledged and never ran to its end`);

  const ids = new Map<string, Set<string>>();
  for (const { key, effect, id } of [...acked, ...begins]) {
    if (key !== undefined)
      ids.set(`${effect} ${key}`, (ids.get(`${effect} ${key}`) ?? new Set()).add(id));
  }
  for (const [key, of] of ids) if (of.size > 1) wrong.push(`the key ${key} made ${of.size} jobs`);

  for (const [id, runs] of groupBy(begins, ({ id: of }) => of)) {
    runs.sort((a, b) => a.attempt - b.attempt);
    for (const [index, run] of runs.entries()) {
      const before = runs[index - 1];
      if (!before) continue;
      if (resends && runs.slice(0, index).some(({ instance }) => killed.has(instance))) continue;
      if (run.attempt === before.attempt) wrong.push(`${id} ran twice as attempt ${run.attempt}`);
      const failed = run.effect === 'flaky' && before.attempt === 1;
      const lost = run.at - before.asked >= lease * 1000;
      if (!failed && !lost && !killed.has(before.instance))
        wrong.push(
          `${id} (${run.effect}) ran again though nobody was killed and no lease was lost`,
        );
    }
  }

  const first = new Map<number, number>();
  for (const { n, at } of begins.filter(({ effect }) => effect === 'ordered'))
    first.set(n, Math.min(first.get(n) ?? Infinity, at));
  const order = [...first].sort((a, b) => a[1] - b[1]).map(([n]) => n);
  for (const [index, n] of order.entries())
    if (ordered && index > 0 && n < order[index - 1]!)
      wrong.push(`out of order: ${n} began after ${order[index - 1]}`);

  if (steps) {
    for (const [id, of] of groupBy(
      lines.filter((line) => line.did === 'step' || line.did === 'stepped'),
      (line) => line.id,
    )) {
      const stored = Math.min(...of.filter(({ did }) => did === 'stepped').map(({ at }) => at));
      if (of.some(({ did, at }) => did === 'step' && at > stored))
        wrong.push(`the step of ${id} ran again after it was stored`);
    }
  }
  return wrong;
}

function groupBy<Item>(items: Item[], by: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = by(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
