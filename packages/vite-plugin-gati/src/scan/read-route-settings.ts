import type { Diagnostic } from '@gati/contract';
import type { FileFacts } from './file-facts.ts';
import { notConstant, routeSettingInvalid } from './diagnostics.ts';

/** What a handler decides about its route by constants. */
export interface RouteSettings {
  /** `export const allowCrossSite = true`: takes forms that pages of other sites send. */
  allowCrossSite?: boolean;
}

/** Returns the settings of a route. It reports a setting that can't be used, and leaves it out. */
export function readRouteSettings(
  file: string,
  { settings }: FileFacts,
  diagnostics: Diagnostic[],
): RouteSettings {
  const { allowCrossSite } = settings;
  if (!allowCrossSite) return {};
  const { value, place, frame } = allowCrossSite;
  const site = { file, place, frame };
  if (typeof value === 'boolean') return value ? { allowCrossSite: true } : {};
  diagnostics.push(
    value === undefined
      ? notConstant(site, 'allowCrossSite', 'true')
      : routeSettingInvalid(
          site,
          `'allowCrossSite' can't be ${JSON.stringify(value)}.`,
          'Write: export const allowCrossSite = true.',
        ),
  );
  return {};
}
