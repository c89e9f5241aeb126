/**
 * Names of this machine in `Host` for a port on loopback. Pages of other sites that have rebound
 * their name to loopback send another `Host`.
 */
const LOCAL_NAMES: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

/** Returns the URLs under which browsers on this machine reach a port. */
export const localUrls = (port: number): URL[] =>
  LOCAL_NAMES.map((name) => new URL(`http://${name}:${port}`));

/** Returns the values of `Host` for a port on this machine. */
export const localHosts = (port: number): string[] => localUrls(port).map(({ host }) => host);
