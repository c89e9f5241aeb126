import { GatiError } from '@gati/contract';
import { isObject } from '@gati/contract/data';
import type { RoleSettings, Settings } from '../config/settings.ts';
import { panelName } from '../objects/names.ts';
import { type Role, rolesOf } from '../objects/roles.ts';
import type { ReleaseFacts, Target } from '../objects/target.ts';
import { findObject, liveRevision, type LiveState } from './live-state.ts';

/** A person who changed the app in its panel. */
export interface PanelPerson {
  by: string;
  /** Epoch milliseconds. */
  at: number;
  reason: string;
}

/** Numbers of pods that a user set, and the numbers of `gati.deploy.yaml` at that time. */
export interface PanelScale extends PanelPerson {
  min: number;
  max: number;
  initial: { min: number; max: number };
}

/** A release that a person rolled back. */
export interface PanelRollback extends PanelPerson {
  release: string;
  version: string;
}

/** Keys in the ConfigMap of the panel. The name of a role follows the first one. */
export const RECORD_KEYS = {
  scale: 'scale.',
  rolledBack: 'rolled-back',
  change: 'change',
} as const;

const TEXT_LIMIT = 500;
const PODS_LIMIT = 1000;

/** Returns an entry of the ConfigMap in which the panel stores changes by users. */
export function readPanelEntry(
  state: LiveState,
  target: Target,
  key: string,
): (Record<string, unknown> & PanelPerson) | undefined {
  const found = findObject(state, { kind: 'ConfigMap', metadata: { name: panelName(target) } });
  const data = isObject(found?.['data']) ? found['data'] : {};
  const text = data[key];
  if (typeof text !== 'string') return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (!isObject(value) || !isPerson(value)) return undefined;
    return {
      ...value,
      reason: value.reason.slice(0, TEXT_LIMIT),
      by: value.by.slice(0, TEXT_LIMIT),
    };
  } catch {
    return undefined;
  }
}

const isPerson = (value: Record<string, unknown>): value is Record<string, unknown> & PanelPerson =>
  typeof value['by'] === 'string' &&
  Number.isSafeInteger(value['at']) &&
  typeof value['reason'] === 'string';

/**
 * Returns the numbers of pods that a user set for a role; `undefined` if `gati.deploy.yaml` changed
 * later.
 */
export function panelScaleOf(
  state: LiveState,
  target: Target,
  { name, min, max }: Pick<Role, 'name' | 'min' | 'max'>,
): PanelScale | undefined {
  const entry = readPanelEntry(state, target, RECORD_KEYS.scale + name);
  if (!entry || !isRange(entry) || !isObject(entry['initial']) || !isRange(entry['initial']))
    return undefined;
  const { initial } = entry;
  return initial.min === min && initial.max === max ? (entry as unknown as PanelScale) : undefined;
}

const isPods = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= PODS_LIMIT;

const isRange = (
  value: Record<string, unknown>,
): value is Record<string, unknown> & { min: number; max: number } =>
  isPods(value['min']) && isPods(value['max']) && value['min'] <= value['max'];

/** A target with the numbers of pods that people set, and sentences about them. */
export interface PanelTarget {
  target: Target;
  notes: string[];
}

/** Adds to the settings the numbers of pods that people set in the panel. */
export function withPanelScale(target: Target, state: LiveState): PanelTarget {
  let { settings } = target;
  const notes: string[] = [];
  for (const role of rolesOf(target.settings)) {
    const set = panelScaleOf(state, target, role);
    if (!set) continue;
    settings = withPods(settings, role, set);
    notes.push(
      `${role.name} keeps ${printRange(set)}, as ${printPerson(set)}; gati.deploy.yaml has ${printRange(set.initial)}`,
    );
  }
  return { target: { ...target, settings, configured: target.settings }, notes };
}

/** Replaces the number of pods of a role. */
export function withPods(
  settings: Settings,
  { name, domain }: Pick<Role, 'name' | 'domain'>,
  { min, max }: { min: number; max: number },
): Settings {
  const set = (own: RoleSettings = {}): RoleSettings => ({ ...own, min, max });
  if (domain !== undefined)
    return {
      ...settings,
      domains: { ...settings.domains, [domain]: set(settings.domains?.[domain]) },
    };
  if (name === 'worker') return { ...settings, workers: set(settings.workers) };
  return { ...settings, scale: { ...settings.scale, min, max } };
}

export const printRange = ({ min, max }: { min: number; max: number }): string =>
  min === max ? `${min} ${min === 1 ? 'pod' : 'pods'}` : `${min} to ${max} pods`;

/** `Ada set in the panel at 2026-11-30T18:30:00.000Z (“more visitors”)` */
const printPerson = ({ by, at, reason }: PanelPerson, did = 'set'): string =>
  `${by} ${did} in the panel at ${new Date(at).toISOString()}${reason === '' ? '' : ` (“${reason}”)`}`;

/**
 * Rejects the deploy of a release that a person rolled back in the panel.
 *
 * @throws {GatiError} GATI_DEPLOY_CONFLICT
 */
export function assertNotRolledBack(
  target: Target,
  state: LiveState,
  release: Pick<ReleaseFacts, 'id' | 'version'>,
  revision: string,
): void {
  const entry = readPanelEntry(state, target, RECORD_KEYS.rolledBack);
  if (!entry || entry['release'] !== release.id || liveRevision(state) === revision) return;
  throw new GatiError({
    code: 'GATI_DEPLOY_CONFLICT',
    message: `${printPerson(entry, `rolled ${release.version} back`)}. This deploy would make it live again.`,
    fix: 'Deploy a release with the correction. If you corrected the cause elsewhere, repeat the deploy with `--take-over`.',
  });
}
