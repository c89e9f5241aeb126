/** A release that the head of the store made current or live. */
export interface WantedRelease {
  version: string;
  id: string;
  /** Differs for each activation of the same release. */
  key: string;
  /** The release was never activated before. */
  isNew: boolean;
  /** The release is the build of this server, whose code is loaded. */
  isOwn: boolean;
  /** The head names the release as current. Otherwise it gets only requests for its version. */
  isCurrent: boolean;
}

/** Whether this process may make a release current. */
export interface Permission {
  /**
   * - `granted`: now.
   * - `pending`: later, if the release proves itself.
   * - `failed`: the release failed on this server.
   */
  state: 'granted' | 'pending' | 'failed';
  /** Version to serve as current in the meantime. Absent: the current one stays. */
  use?: string | undefined;
  reason?: string | undefined;
  /** Name of the server, for its notes in the store. Unique among running servers. */
  server: string;
  /** Versions that get no requests on this server, because they have not proven themselves here. */
  held: string[];
}
