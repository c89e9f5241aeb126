import {
  findSettingError,
  isRuntimeSetting,
  type RuntimeSettingName,
  type SettingOverrides,
} from '@gati/runtime-h3/internal';
import type { SettingChange } from '../../api/node.ts';

/** Stores values of the panel that outlive its process. */
export interface PanelState {
  get(name: string): string | undefined;
  set(name: string, value: string): void;
}

/** A changed setting. */
export interface Override extends SettingChange {
  value: string;
}

export type Overrides = Partial<Record<RuntimeSettingName, Override>>;

const KEY = 'settings';

/** Reads the changed settings. Leaves out those that this version can't apply. */
export function readOverrides(state: PanelState): Overrides {
  const stored = JSON.parse(state.get(KEY) ?? '{}') as Record<string, Override>;
  const usable = Object.entries(stored).filter(
    ([name, { value }]) => isRuntimeSetting(name) && findSettingError(name, value) === undefined,
  );
  return Object.fromEntries(usable);
}

export const writeOverrides = (state: PanelState, overrides: Overrides): void =>
  state.set(KEY, JSON.stringify(overrides));

/** Returns the values for the processes. */
export const toValues = (overrides: Overrides): SettingOverrides =>
  Object.fromEntries(Object.entries(overrides).map(([name, { value }]) => [name, value]));
