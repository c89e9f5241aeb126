import { createHash } from 'node:crypto';
import type { ErrorGroup, LogRecord, Page, PageQuery } from '@gati/runtime-h3/telemetry';

const MAX_GROUPS = 500;
const MAX_ROUTES = 20;

/** Errors of the log with the same type and place. */
export interface ErrorGroups {
  add(line: LogRecord): void;
  read(query: PageQuery): Page<ErrorGroup>;
}

export function createErrorGroups(): ErrorGroups {
  const groups = new Map<string, ErrorGroup>();
  return {
    add(line) {
      const { error } = line.fields;
      if (line.level !== 'error' || typeof error !== 'object' || error === null) return;
      const { type, message, place } = readError(error as Record<string, unknown>);
      const id = createHash('sha256').update(`${type}\n${place}`).digest('hex').slice(0, 16);
      let group = groups.get(id);
      if (!group) {
        group = {
          id,
          type,
          message,
          ...(place !== undefined && { place }),
          count: 0,
          firstSeen: line.time,
          lastSeen: line.time,
          ...(line.version !== undefined && { firstVersion: line.version }),
          routes: [],
        };
        if (groups.size === MAX_GROUPS) groups.delete(groups.keys().next().value!);
      }
      // The latest group is the last in the map.
      groups.delete(id);
      groups.set(id, group);
      group.count++;
      group.message = message;
      group.lastSeen = line.time;
      if (line.traceId !== undefined) group.lastTraceId = line.traceId;
      const { route } = line;
      if (route !== undefined && !group.routes.includes(route) && group.routes.length < MAX_ROUTES)
        group.routes.push(route);
    },
    read({ from, to, limit, cursor = '0' }) {
      const all = [...groups.values()]
        .reverse()
        .filter(({ firstSeen, lastSeen }) => lastSeen >= from && firstSeen < to);
      const start = Number(cursor) || 0;
      const items = all.slice(start, start + limit);
      return start + limit < all.length ? { items, next: String(start + limit) } : { items };
    },
  };
}

function readError(error: Record<string, unknown>): {
  type: string;
  message: string;
  place?: string;
} {
  const { name, code, message, stack } = error;
  const type = [code, name].find((text) => typeof text === 'string' && text !== '') ?? 'Error';
  return {
    type: String(type),
    message: typeof message === 'string' ? message : '',
    ...(typeof stack === 'string' && placeOf(stack)),
  };
}

/** Returns the first frame of the app's own code. */
function placeOf(stack: string): { place: string } | undefined {
  for (const line of stack.split('\n').slice(0, 50)) {
    const match = /^ +at .{0,500}?\b(src\/[^\s():]{1,300}:\d+)/.exec(line.slice(0, 1000));
    if (match) return { place: match[1]! };
  }
  return undefined;
}
