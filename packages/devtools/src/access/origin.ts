import { localUrls } from '@gati/runtime-h3/internal';

/**
 * Addresses under which browsers reach a panel. They come from the configuration, never from a
 * request.
 */
export interface PanelOrigin {
  /** Origins whose pages may use the panel; the first is the one that is printed. */
  accepted: readonly string[];
  /** Origins under which passkeys work. */
  passkeys: readonly string[];
  /** Relying party of the passkeys. */
  rpId: string;
  isHttps: boolean;
  /** Hosts that requests may name. Absent: any, since a proxy may change them. */
  hosts?: readonly string[];
  cookie: string;
}

/** @param configured `GATI_PANEL_ORIGIN`; without it, the panel is on this machine's localhost */
export function readOrigin(configured: string | undefined, port: number): PanelOrigin {
  if (configured !== undefined) {
    const { origin, hostname, protocol } = new URL(configured);
    const isHttps = protocol === 'https:';
    return {
      accepted: [origin],
      passkeys: [origin],
      rpId: hostname,
      isHttps,
      cookie: isHttps ? '__Host-gati_panel' : 'gati_panel',
    };
  }
  // Browsers leave out port 80.
  const urls = localUrls(port);
  const accepted = urls.map(({ origin }) => origin);
  return {
    accepted,
    passkeys: [accepted[0]!],
    rpId: 'localhost',
    isHttps: false,
    hosts: urls.map(({ host }) => host),
    // Browsers do not separate cookies by port, so the name contains the port.
    cookie: `gati_panel_${port}`,
  };
}
