import type { Contract } from '../contract.ts';
import type { Change } from '../diff/change.ts';
import type { Bump } from '../diff/levels.ts';

/** Version of the manifest's format. Readers reject a higher version. */
export const MANIFEST_FORMAT = 1;

/**
 * Content of `dist/gati.manifest.json`: the contract of a build and its release. It contains no
 * time and no absolute path, so the same sources give the same bytes.
 */
export interface Manifest {
  format: typeof MANIFEST_FORMAT;
  /** `name` of `package.json`. */
  name: string;
  release: {
    /** Semver. */
    version: string;
    /** `rel_` and the first 16 hex digits of a SHA-256 of version, contract and code. */
    id: string;
    /** SHA-256 of the emitted server code, hex. Absent if nothing was bundled (`gati generate`). */
    code?: string;
    /**
     * Version of the previous release. Absent for the first release, and if nothing was bundled.
     */
    since?: string;
    /** Highest level of the changes since the previous release. */
    bump?: Bump;
  };
  /** Changes since the previous release. */
  changes?: Change[];
  /**
   * Native packages that the server loads from `server/node_modules`, and the platform that they
   * were installed for. Absent if there are none.
   */
  native?: NativeCode;
  /** Names of the files of `src/migrations`, in their order. Absent if there are none. */
  databaseMigrations?: string[];
  contract: Contract;
}

/** Native packages of a build. */
export interface NativeCode {
  /** `process.platform` of the build. */
  platform: string;
  /** `process.arch` of the build. */
  arch: string;
  /** Linux only. */
  libc?: 'glibc' | 'musl';
  /** Sorted by `name`. */
  packages: { name: string; version: string }[];
}
