import { findSettingError, isRuntimeSetting } from '@gati/runtime-h3/internal';
import type { SettingDiff, SettingItem } from '../../api/node.ts';
import { PanelError } from '../../http/problem.ts';
import type { ReadContext } from '../endpoint.ts';
import { readOverrides } from './overrides.ts';

/** A wanted value of a setting. `null`: that of the environment. */
export interface WantedSetting {
  name: string;
  value: string | null;
}

/** Maximum number of settings that one request changes. */
export const MAX_CHANGES = 20;
/** Maximum number of characters of a value. */
export const MAX_VALUE = 4000;

/** Describes the effective settings: those of the start, with the changes of people. */
export async function describeNodeSettings({ ports }: ReadContext): Promise<SettingItem[]> {
  const settings = (await ports.operator?.settings()) ?? [];
  const overrides = ports.state ? readOverrides(ports.state) : {};
  return settings.map((setting): SettingItem => {
    const override = isRuntimeSetting(setting.name) ? overrides[setting.name] : undefined;
    if (!override) return setting;
    const { value, ...changed } = override;
    return {
      ...setting,
      value,
      source: 'panel',
      changed: { ...changed, initial: setting.value },
    };
  });
}

/** Compares the wanted settings with the effective ones, and checks each. */
export function compareSettings(
  settings: readonly SettingItem[],
  wanted: readonly WantedSetting[],
): SettingDiff['changes'] {
  return wanted.map(({ name, value }) => {
    const setting = settings.find((each) => each.name === name);
    const before = setting?.value ?? '';
    const after = value ?? setting?.changed?.initial ?? before;
    const error =
      setting === undefined
        ? 'is no setting of this server'
        : !isRuntimeSetting(name)
          ? 'needs a restart'
          : value === null
            ? undefined
            : findSettingError(name, value);
    return { name, before, after, ...(error !== undefined && { error }) };
  });
}

/**
 * Parses the parameter `changes`: `{"GATI_LOG_LEVEL":"debug"}`.
 *
 * @throws {PanelError} 400
 */
export function parseChanges(text: string | undefined): WantedSetting[] {
  let value: unknown;
  try {
    value = JSON.parse(text ?? '{}');
  } catch {
    value = undefined;
  }
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  const areValues = entries.every(([, each]) => each === null || typeof each === 'string');
  if (entries.length === 0 || entries.length > MAX_CHANGES || !areValues)
    throw new PanelError(
      400,
      'invalid_parameter',
      `\`changes\` must be a JSON object of 1 to ${MAX_CHANGES} settings with strings or null.`,
    );
  return entries.map(([name, each]) => ({ name, value: each as string | null }));
}
