import type { IncomingMessage } from 'node:http';

/** Environment variable with the path of the socket on which the collector serves the panel. */
export const CONTROL_SOCKET = 'GATI_CONTROL_SOCKET';

/** Environment variable with the port of the address that the panel prints. */
export const CONTROL_PORT = 'GATI_CONTROL_PORT';

/** Environment variable with the port of the app, to which the playground sends requests. */
export const APP_PORT = 'GATI_APP_PORT';

/** Header with a {@link ControlClient} as JSON. Only a process that passes requests on sets it. */
export const CLIENT_HEADER = 'x-gati-client';

/**
 * Header of a response with which the panel says that it has identified the client. It does not
 * reach the client.
 */
export const IDENTIFIED_HEADER = 'x-gati-identified';

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

/**
 * Converts the target of a request for the panel from absolute-form to origin-form, and `Host` to
 * its authority (RFC 9112, section 3.2.2). Leaves requests for the app as they are. All code that
 * serves the panel calls it first.
 */
export function toControlRequest(req: IncomingMessage): void {
  const url = req.url!;
  if (url.charCodeAt(0) === 47) return;
  const [, authority, rest = '/'] = /^https?:\/\/([^/?#]*)([/?#].*)?$/i.exec(url) ?? [];
  if (authority === undefined || !isControlUrl(rest)) return;
  req.url = rest;
  req.headers.host = authority;
}
