import type { Contract } from '@gati/contract';
import { type ClientTypes, toClientTypes } from './client-types.ts';
import { type ClientValue, clientValues } from './client-values.ts';

export interface ClientSettings {
  /** Semver of the release that calls request. */
  version: string;
  /** `''` or `/api`. */
  base?: string;
  /** Name of the SDK. */
  sdk?: string;
}

/**
 * A generated client in pieces: its source, its declarations and its JavaScript are made of them.
 */
export interface ClientParts extends ClientTypes {
  values: ClientValue[];
}

export function toClientParts(
  contract: Contract,
  { version, base = '', sdk }: ClientSettings,
): ClientParts {
  return { ...toClientTypes(contract), values: clientValues(contract, version, base, sdk) };
}
