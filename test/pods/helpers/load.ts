import http from 'node:http';

export interface LoadResult {
  sent: number;
  /** Requests without a response of status 200, with the reasons. */
  failures: string[];
  /** Number of responses of each release. */
  releases: Map<string, number>;
}

/** Sends requests from some connections that stay open, as clients do, until it is stopped. */
export interface Load {
  /** Number of requests so far. */
  readonly sent: number;
  stop(): Promise<LoadResult>;
}

/**
 * @param limit maximum number of requests
 * @param pause milliseconds between two requests of a connection
 * @param keepAlive whether connections stay open, so that their requests go to the same pod
 */
export function startLoad(
  url: string,
  { connections = 8, limit = 200_000, pause = 2, keepAlive = true } = {},
): Load {
  const agent = new http.Agent({ keepAlive, maxSockets: connections });
  const result: LoadResult = { sent: 0, failures: [], releases: new Map() };
  const over = new AbortController();
  const work = async (): Promise<void> => {
    while (!over.signal.aborted && result.sent < limit) {
      result.sent++;
      try {
        const { status, release } = await request(url, agent);
        result.releases.set(release, (result.releases.get(release) ?? 0) + 1);
        if (status !== 200) result.failures.push(`status ${status} of ${release}`);
      } catch (error) {
        const { code, message } = error as NodeJS.ErrnoException;
        result.failures.push(`${code} ${message} at request ${result.sent}`);
      }
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  };
  const workers = Array.from({ length: connections }, work);
  return {
    get sent() {
      return result.sent;
    },
    async stop() {
      over.abort();
      await Promise.all(workers);
      agent.destroy();
      return result;
    },
  };
}

function request(url: string, agent: http.Agent): Promise<{ status: number; release: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = http.get(url, { agent, timeout: 20_000 }, (response) => {
      response.resume();
      response.on('end', () =>
        resolve({
          status: response.statusCode!,
          release: String(response.headers['x-gati-release']),
        }),
      );
      response.on('error', reject);
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error('no response in 20 s')));
    outgoing.on('error', reject);
  });
}
