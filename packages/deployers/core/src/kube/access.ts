import { GatiError } from '@gati/contract';

/** Address and credentials of a cluster. */
export interface ClusterAccess {
  /** Name of the context, shown to users. */
  context: string;
  server: URL;
  ca?: Buffer;
  skipTlsVerify?: boolean;
  tlsServerName?: string;
  certificate?: { cert: Buffer; key: Buffer };
  token?: string;
  tokenFile?: string;
  basic?: { user: string; password: string };
  exec?: ExecPlugin;
  /** Creates credentials that expire, for clusters of a cloud. */
  renew?(): Promise<ExecCredentials>;
}

/** Credentials that expire. */
export interface ExecCredentials {
  token?: string;
  certificate?: { cert: Buffer; key: Buffer };
  /** Milliseconds since 1970. */
  expires?: number;
}

/** A program that prints credentials. */
export interface ExecPlugin {
  apiVersion: string;
  command: string;
  args: string[];
  env: Record<string, string>;
  provideClusterInfo: boolean;
  installHint?: string;
}

export function accessError(message: string, fix: string): GatiError {
  return new GatiError({ code: 'GATI_DEPLOY_CLUSTER', message: `${message}.`, fix });
}
