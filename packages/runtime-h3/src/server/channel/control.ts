/** Environment variable with the path of the socket on which the collector serves the panel. */
export const CONTROL_SOCKET = 'GATI_CONTROL_SOCKET';

/** Environment variable with the port of the address that the panel prints. */
export const CONTROL_PORT = 'GATI_CONTROL_PORT';

/** Header with a {@link ControlClient} as JSON. Only a process that passes requests on sets it. */
export const CLIENT_HEADER = 'x-gati-client';

/** Facts of a client that has requested the panel. */
export interface ControlClient {
  address: string;
  /** Whether its connection is encrypted. */
  secure: boolean;
}

/** Whether a request is for the panel: its path is `/_control`, or begins with `/_control/`. */
export function isControlUrl(url: string): boolean {
  // Most requests return here.
  if (url.charCodeAt(1) !== 95) return false;
  return /^\/_control(?:[/?#]|$)/.test(url);
}
