type Write = typeof process.stdout.write;

/** Keeps back what is written to stdout until the returned function is called: scripts rely on the supervisor's line being the first. */
export function holdStdout(): () => void {
  const held: Parameters<Write>[] = [];
  const write = process.stdout.write as Write;
  process.stdout.write = ((...args: Parameters<Write>) => {
    held.push(args);
    return true;
  }) as Write;
  return () => {
    process.stdout.write = write;
    for (const args of held.splice(0)) write.apply(process.stdout, args);
  };
}
