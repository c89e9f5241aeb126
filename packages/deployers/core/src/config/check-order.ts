import { isObject } from '@gati/contract/data';
import type { ConfigFault } from './check.ts';

const STEPS = ['rollout', 'canary', 'steps'];

/**
 * Returns the errors of lists whose order matters, because a schema can't describe an order. If the
 * share of a canary fell, requests would return to the old release during the rollout.
 */
export function checkOrder(value: unknown): ConfigFault[] {
  if (!isObject(value)) return [];
  const places = [[], ...placesIn(value, ['environments'])].flatMap((place) => [
    place,
    ...placesIn(value, [...place, 'regions']),
  ]);
  return places.flatMap((place) => checkSteps(value, [...place, ...STEPS]));
}

/** Returns the path of each member of an object. */
function placesIn(root: Record<string, unknown>, path: string[]): string[][] {
  const found = read(root, path);
  return isObject(found) ? Object.keys(found).map((name) => [...path, name]) : [];
}

const read = (root: Record<string, unknown>, path: string[]): unknown =>
  path.reduce<unknown>(
    (value, key) => (isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined),
    root,
  );

function checkSteps(root: Record<string, unknown>, path: string[]): ConfigFault[] {
  const steps = read(root, path);
  if (!Array.isArray(steps)) return [];
  const index = steps.findIndex((step, at) => at > 0 && !(step > steps[at - 1]));
  if (index === -1) return [];
  return [
    {
      path: [...path, index],
      message: `\`${path.join('.')}\` must ascend, but ${steps[index]} follows ${steps[index - 1]}`,
      fix: 'Order the percentages, each higher than the one before, such as [1, 10, 50].',
    },
  ];
}
