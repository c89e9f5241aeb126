import type { RequestRecord } from '@gati/runtime-h3/telemetry';

/** Returns the request of a trace that began first. It has caused the others. */
export function firstRequest(requests: readonly RequestRecord[]): RequestRecord | undefined {
  const start = ({ time, us }: RequestRecord): number => time - us / 1000;
  return requests.toSorted((a, b) => start(a) - start(b))[0];
}
