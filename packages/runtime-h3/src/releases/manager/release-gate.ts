import type { Permission, WantedRelease } from '../../types/wanted-release.ts';

/** Decides for all processes of a server when each of them takes an activated release. */
export interface ReleaseGate {
  ask(wanted: WantedRelease): Promise<Permission>;
  /** Reports that the release is current in this process, or why it can't be. */
  report(key: string, failure?: string): void;
  /** Calls back when a permission has changed. */
  onChange(callback: () => void): void;
}
