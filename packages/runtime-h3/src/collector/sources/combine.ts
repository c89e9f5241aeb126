import type {
  Page,
  SourceReport,
  TelemetrySource,
  TimeRange,
} from '../../types/telemetry-source.ts';
import type { TelemetryStore } from '../telemetry-store.ts';
import { isLokiCursor, type LokiLogs } from './loki.ts';
import type { PrometheusMetrics } from './prometheus.ts';

/** Servers beside the store that have telemetry of longer ranges, and of other servers of the app. */
export interface OtherSources {
  prometheus?: PrometheusMetrics | undefined;
  loki?: LokiLogs | undefined;
}

/** A store that knows how far back it goes. */
export type BoundedSource = TelemetrySource & Pick<TelemetryStore, 'oldest'>;

/**
 * Reads a range from the store if the store has all of it, otherwise from Prometheus or Loki. If
 * these do not respond, the store's part of the range is returned, and the report says so.
 */
export function combineSources(
  store: BoundedSource,
  { prometheus, loki }: OtherSources,
): TelemetrySource {
  const covers = async (signal: 'metrics' | 'logs', { from }: TimeRange): Promise<boolean> => {
    const oldest = (await store.oldest())[signal];
    return oldest !== undefined && oldest <= from;
  };

  const reporting = (report: SourceReport): TelemetrySource => {
    async function read<Result>(
      name: string,
      isFromOther: Promise<boolean> | boolean,
      other: () => Promise<Result>,
      own: () => Promise<Result>,
    ): Promise<Result> {
      if (!(await isFromOther)) return own();
      try {
        const result = await other();
        report.used.add(name);
        return result;
      } catch (error) {
        // Errors of the query are the same in the store, which throws them.
        const reason = error instanceof Error ? error.message : String(error);
        report.notes.add(`${name} has no data: ${reason}. The page shows what the store has.`);
        return own();
      }
    }
    const readLogs = async <Result>(
      query: TimeRange & { cursor?: string },
      other: (loki: LokiLogs) => Promise<Result>,
      own: () => Promise<Result>,
    ): Promise<Result> => {
      if (!loki) return own();
      // A page continues where the previous one came from.
      const isFromLoki =
        query.cursor === undefined
          ? covers('logs', query).then((isCovered) => !isCovered)
          : isLokiCursor(query.cursor);
      return read('Loki', isFromLoki, () => other(loki), own);
    };
    return {
      traces: (query) => store.traces(query),
      trace: (traceId) => store.trace(traceId),
      errors: (query) => store.errors(query),
      metrics: async (query) => {
        if (!prometheus?.has(query)) return store.metrics(query);
        const isCovered = covers('metrics', query);
        return read(
          'Prometheus',
          isCovered.then((covered) => !covered),
          () => prometheus.metrics(query),
          () => store.metrics(query),
        );
      },
      logs: (query) =>
        readLogs(
          query,
          ({ logs }) => logs(query),
          () => (isLokiCursor(query.cursor) ? noFurther() : store.logs(query)),
        ),
      callers: (query) => store.callers(query),
      logVolume: (query) =>
        readLogs(
          query,
          ({ logVolume }) => logVolume(query),
          () => store.logVolume(query),
        ),
    };
  };
  return {
    ...reporting({ used: new Set(), notes: new Set() }),
    reporting,
  };
}

/** The store does not know where a page of Loki ended. */
const noFurther = async (): Promise<Page<never>> => ({ items: [] });
