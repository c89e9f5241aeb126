interface Stream {
  on(event: 'error', listener: (error: Error & { code?: string }) => void): unknown;
}

/**
 * Lets a command finish after its reader, such as `head`, has closed the pipe: output is dropped, and
 * the exit code stays that of the command.
 *
 * @param streams stdout and stderr
 */
export function ignoreClosedPipe(...streams: Stream[]): void {
  for (const stream of streams)
    stream.on('error', (error) => {
      if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_DESTROYED') throw error;
    });
}
