import { isObject } from '@gati/contract/data';
import { KINDS } from '../kube/kinds.ts';
import { type Plan, PLAN_FORMAT } from './plan.ts';

const NAME = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;
const STEPS_LIMIT = 1000;

/**
 * Checks that a value is a plan whose requests stay in its namespace. A plan is a file, which may come
 * from another machine.
 *
 * @returns the plan, or the reason why the value is not a plan
 */
export function parsePlan(value: unknown): Plan | string {
  if (!isObject(value) || value['format'] !== PLAN_FORMAT || !Array.isArray(value['steps']))
    return 'it is not a plan of this version';
  const { steps, namespace, release } = value;
  const texts = ['app', 'environment', 'namespace', 'server', 'revision'];
  if (texts.some((key) => typeof value[key] !== 'string') || !isName(namespace))
    return 'its head is incomplete';
  if (value['before'] !== null && typeof value['before'] !== 'string')
    return 'its head is incomplete';
  if (
    !isObject(release) ||
    ['id', 'version', 'image'].some((key) => typeof release[key] !== 'string')
  )
    return 'it names no release';
  const { notes = [] } = value;
  if (!Array.isArray(notes) || notes.some((note) => typeof note !== 'string'))
    return 'its notes are not valid';
  if (steps.length > STEPS_LIMIT) return `it has ${steps.length} steps`;
  const index = steps.findIndex((step) => !isStep(step, namespace));
  if (index >= 0) return `its step ${index + 1} is not valid`;
  return value as unknown as Plan;
}

function isStep(step: unknown, namespace: string): boolean {
  if (!isObject(step) || typeof step['reason'] !== 'string') return false;
  const { kind, object, replicas, timeout } = step;
  switch (kind) {
    case 'apply':
      return isOwnObject(object, namespace) && Array.isArray(step['changes']);
    case 'scale':
      return step['namespace'] === namespace && isName(step['deployment']) && isCount(replicas);
    case 'wait':
      return (
        step['namespace'] === namespace &&
        isName(step['deployment']) &&
        isName(step['role']) &&
        isName(step['revision']) &&
        isCount(replicas) &&
        isCount(timeout)
      );
    case 'migrate':
      return (
        step['namespace'] === namespace &&
        isName(step['job']) &&
        isName(step['revision']) &&
        isCount(timeout)
      );
    case 'watch':
      return (
        step['namespace'] === namespace &&
        isName(step['revision']) &&
        isName(step['before']) &&
        isCount(step['share']) &&
        isCount(step['duration'])
      );
    case 'verify':
      return step['namespace'] === namespace && isName(step['service']) && isAddress(step['url']);
    case 'remove':
      return (
        isObject(object) &&
        object['namespace'] === namespace &&
        isName(object['name']) &&
        isMember(object['kind']) &&
        Array.isArray(step['patch']) &&
        step['patch'].every(isRemoval)
      );
    case 'delete':
      return (
        isObject(object) &&
        object['kind'] !== 'Secret' &&
        object['namespace'] === namespace &&
        isName(object['name']) &&
        isMember(object['kind']) &&
        typeof step['uid'] === 'string'
      );
    default:
      return false;
  }
}

const isRemoval = (value: unknown): boolean =>
  isObject(value) &&
  (value['op'] === 'test' || value['op'] === 'remove') &&
  typeof value['path'] === 'string' &&
  value['path'].startsWith('/spec/');

/** Whether an object is in the namespace, or is the namespace itself. */
function isOwnObject(object: unknown, namespace: string): boolean {
  if (!isObject(object) || !isObject(object['metadata'])) return false;
  const { kind, apiVersion, metadata } = object;
  if (!isName(metadata['name'])) return false;
  // A deploy creates an empty Secret, which pods fill.
  if (kind === 'Secret' && ('data' in object || 'stringData' in object)) return false;
  if (kind === 'Namespace') return metadata['name'] === namespace && apiVersion === 'v1';
  return (
    isMember(kind) &&
    apiVersion === KINDS[kind as string]!.apiVersion &&
    metadata['namespace'] === namespace
  );
}

const isMember = (kind: unknown): boolean =>
  typeof kind === 'string' && kind !== 'Namespace' && Object.hasOwn(KINDS, kind);

const isName = (value: unknown): value is string => typeof value === 'string' && NAME.test(value);

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;

const isAddress = (value: unknown): boolean =>
  value === null ||
  (typeof value === 'string' && /^https?:\/\//.test(value) && URL.canParse(value));
