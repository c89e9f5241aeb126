import { computed, type ComputedRef } from 'vue';
import { type RouteLocationRaw, type LocationQuery, useRoute } from 'vue-router';

/** Ranges that a page can show. All of them end now. */
export const RANGES = {
  '15m': { label: 'Last 15 minutes', milliseconds: 900_000 },
  '1h': { label: 'Last hour', milliseconds: 3_600_000 },
  '6h': { label: 'Last 6 hours', milliseconds: 21_600_000 },
  '24h': { label: 'Last 24 hours', milliseconds: 86_400_000 },
  '7d': { label: 'Last 7 days', milliseconds: 604_800_000 },
  '30d': { label: 'Last 30 days', milliseconds: 2_592_000_000 },
} as const;

export type RangeName = keyof typeof RANGES;

export const DEFAULT_RANGE: RangeName = '15m';

/** The range of time in the URL: a name, or two times in epoch milliseconds. */
export interface UrlRange {
  name: RangeName;
  /** Set if the range does not end now. */
  fixed?: { from: number; to: number };
}

export function readRange({ range, from, to }: LocationQuery): UrlRange {
  const name = Object.hasOwn(RANGES, String(range)) ? (range as RangeName) : DEFAULT_RANGE;
  const fixed = { from: Number(from), to: Number(to) };
  return fixed.from > 0 && fixed.to > fixed.from ? { name, fixed } : { name };
}

/** Parameters of the API for a range. */
export function rangeParams({ name, fixed }: UrlRange, now: number): Record<string, string> {
  const { from, to } = fixed ?? { from: now - RANGES[name].milliseconds, to: now + 1 };
  return { from: String(Math.floor(from)), to: String(Math.ceil(to)) };
}

/** Returns the range of the current URL. */
export function useRange(): ComputedRef<UrlRange> {
  const route = useRoute();
  return computed(() => readRange(route.query));
}

/** Keeps the range of the current URL in a link to another page. */
export function useLink(): (path: string, query?: Record<string, string>) => RouteLocationRaw {
  const route = useRoute();
  return (path, query = {}) => ({ path, query: { ...keptQuery(route.query), ...query } });
}

/** The part of a query that all pages share. */
export function keptQuery(query: LocationQuery): LocationQuery {
  return Object.fromEntries(
    ['range', 'from', 'to'].flatMap((name) =>
      query[name] === undefined ? [] : [[name, query[name]]],
    ),
  );
}
