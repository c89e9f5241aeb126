import type { Document } from 'yaml';
import { LABELS } from '../objects/labels.ts';
import { CORE } from '../objects/roles.ts';
import type { Drift } from './find-drift.ts';

/** Settings that decide values of objects: kind, path of the value, and keys in gati.deploy.yaml. */
const SETTINGS: [kind: string, path: RegExp, keys: string][] = [
  ['Deployment', /^spec\.replicas$/, 'scale.min'],
  ['HorizontalPodAutoscaler', /^spec\.minReplicas$/, 'scale.min'],
  ['HorizontalPodAutoscaler', /^spec\.maxReplicas$/, 'scale.max'],
  ['HorizontalPodAutoscaler', /\.averageUtilization$/, 'scale.cpu'],
  ['Deployment', /\[app\]\.resources\.requests\.(cpu|memory)$/, 'resources.$1'],
  ['Deployment', /\[app\]\.resources\.limits\.(cpu|memory)$/, 'resources.$1Limit'],
  ['Deployment', /\[app\]\.env\[(\w+)\]\.value$/, 'env.$1'],
  ['Service', /^spec\.type$/, 'kubernetes.service'],
];

/**
 * Writes values of the cluster into the settings of an environment, or of one of its regions.
 *
 * @param document of gati.deploy.yaml; its comments stay
 * @returns keys that were written, and the drift for which there is no setting
 */
export function adoptDrift(
  document: Document,
  { environment, region }: { environment: string; region?: string },
  drift: Drift[],
): { adopted: string[]; left: Drift[] } {
  const base = [
    ...(document.hasIn(['environments', environment]) ? ['environments', environment] : []),
    ...(region === undefined ? [] : ['regions', region]),
  ];
  const adopted: string[] = [];
  const left: Drift[] = [];
  for (const each of drift) {
    const keys = settingOf(each);
    if (keys === undefined || each.actual === null) {
      left.push(each);
      continue;
    }
    document.setIn([...base, ...keys.split('.')], each.actual);
    adopted.push(keys);
  }
  return { adopted, left };
}

/** `resources.cpu` for the CPU of a pod; `undefined` if no setting decides the value. */
function settingOf({ kind, path, desired }: Drift): string | undefined {
  if (!isOfCore(desired)) return undefined;
  for (const [of, pattern, keys] of SETTINGS) {
    const match = of === kind ? pattern.exec(path) : null;
    if (match) return keys.replace('$1', match[1] ?? '');
  }
  return undefined;
}

/**
 * Whether an object belongs to the core, whose settings are at the top level, and not to a module
 * or another role.
 */
function isOfCore({ kind, metadata: { name, labels = {} } }: Drift['desired']): boolean {
  return kind === 'Deployment' ? labels[LABELS.role] === CORE : name === labels[LABELS.app];
}
