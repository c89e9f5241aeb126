type Write = typeof process.stdout.write;

/**
 * Holds back all writes to stdout until the caller calls the returned function. Scripts rely on the
 * supervisor's ready line being the first line.
 */
export function holdStdout(): () => void {
  const pending: Parameters<Write>[] = [];
  const write = process.stdout.write as Write;
  process.stdout.write = ((...args: Parameters<Write>) => {
    pending.push(args);
    return true;
  }) as Write;
  return () => {
    process.stdout.write = write;
    for (const args of pending.splice(0)) write.apply(process.stdout, args);
  };
}
