interface Stream {
  on(event: 'error', listener: (error: Error & { code?: string }) => void): unknown;
}

/**
 * A reader that has seen enough, such as `head`, ends no command: what it did not read is dropped, and the command comes to its own end and exit code.
 * The same as that of the commands of a built server: a package of both would be loaded where a server starts.
 * @param streams stdout and stderr
 */
export function ignoreClosedPipe(...streams: Stream[]): void {
  for (const stream of streams)
    stream.on('error', (error) => {
      if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_DESTROYED') throw error;
    });
}
