import type { LogVolume, RedPoint } from '../../api/types.ts';
import { RANGES, type UrlRange } from './range.ts';

/** Values of one step of time, from the bottom of its bar to the top. */
export interface Bar {
  time: number;
  parts: { value: number; kind: 'plain' | 'warn' | 'bad' }[];
}

/** Bars of requests: successful, rejected, failed. */
export const requestBars = (series: readonly RedPoint[]): Bar[] =>
  series.map(({ time, count, rejected, failed }) => ({
    time,
    parts: [
      { value: failed, kind: 'bad' },
      { value: rejected, kind: 'warn' },
      { value: count - rejected - failed, kind: 'plain' },
    ],
  }));

/** Bars of log lines: errors, warnings, the rest. Steps without lines get an empty bar. */
export function volumeBars({ step, points }: LogVolume, { name, fixed }: UrlRange): Bar[] {
  const byTime = new Map(points.map(({ time, counts }) => [time, counts]));
  const now = Date.now();
  const { from, to } = fixed ?? { from: now - RANGES[name].milliseconds, to: now };
  const bars: Bar[] = [];
  for (let time = Math.floor(from / step) * step; time < to; time += step) {
    const { error = 0, warn = 0, info = 0, debug = 0, trace = 0 } = byTime.get(time) ?? {};
    bars.push({
      time,
      parts: [
        { value: error, kind: 'bad' },
        { value: warn, kind: 'warn' },
        { value: info + debug + trace, kind: 'plain' },
      ],
    });
  }
  return bars;
}
