import type { Contract } from '../contract.ts';
import type { Change } from '../diff/change.ts';
import type { Bump } from '../diff/levels.ts';

/** The version of the manifest's own format. A reader refuses a higher one. */
export const MANIFEST_FORMAT = 1;

/** `dist/gati.manifest.json`. Same input, same bytes: it holds no time and no absolute path. */
export interface Manifest {
  format: typeof MANIFEST_FORMAT;
  /** The name in `package.json`. */
  name: string;
  release: {
    /** Semver. */
    version: string;
    /** `rel_` and the first 16 hex digits of the digest of version, contract and code. */
    id: string;
    /** SHA-256 of the emitted server code, hex. Absent where nothing was bundled (`gati generate`). */
    code?: string;
    /** Version of the release before. Absent where it is the first, or where nothing was bundled. */
    since?: string;
    /** What the changes since then mean. */
    bump?: Bump;
  };
  /** Against the release before. */
  changes?: Change[];
  /** Compiled packages that the server loads from `server/node_modules`, and what they were installed for. Absent where there are none. */
  native?: NativeCode;
  contract: Contract;
}

export interface NativeCode {
  /** `process.platform` and `process.arch`. */
  platform: string;
  arch: string;
  /** On Linux only. */
  libc?: 'glibc' | 'musl';
  /** Sorted by `name`. */
  packages: { name: string; version: string }[];
}
