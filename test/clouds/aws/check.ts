import type { Member, ServiceModel, Shape } from './models.ts';

/**
 * Returns the violations of a shape by a value: unknown and deprecated members, missing ones, wrong
 * types, values out of an enum, a pattern or a range.
 */
export function check(
  { shapes }: Pick<ServiceModel, 'shapes'>,
  value: unknown,
  member: Member,
  path: string,
): string[] {
  const shape = shapes[member.shape]!;
  if (value === undefined) return [];
  const wrong = (what: string): string[] => [`${path}: ${what}`];
  const inner = (each: unknown, of: Member, name: string): string[] =>
    check({ shapes }, each, of, name);
  switch (shape.type) {
    case 'structure': {
      if (!isRecord(value)) return wrong('is no structure');
      return checkStructure(shape, value, path, inner);
    }
    case 'list':
      if (!Array.isArray(value)) return wrong('is no list');
      return [
        ...checkRange(shape, value.length, path),
        ...value.flatMap((each, index) => inner(each, shape.member!, `${path}[${index}]`)),
      ];
    case 'map':
      if (!isRecord(value)) return wrong('is no map');
      return [
        ...checkRange(shape, Object.keys(value).length, path),
        ...Object.entries(value).flatMap(([name, each]) => [
          ...inner(name, shape.key!, `${path}.${name}`),
          ...inner(each, shape.value!, `${path}.${name}`),
        ]),
      ];
    case 'string':
      return typeof value === 'string' ? checkText(shape, value, path) : wrong('is no text');
    case 'integer':
    case 'long':
      return Number.isSafeInteger(value)
        ? checkRange(shape, value as number, path)
        : wrong('is no whole number');
    case 'float':
    case 'double':
      return typeof value === 'number' ? checkRange(shape, value, path) : wrong('is no number');
    case 'boolean':
      return typeof value === 'boolean' ? [] : wrong('is neither true nor false');
    default:
      return [];
  }
}

function checkStructure(
  { members = {}, required = [] }: Shape,
  value: Record<string, unknown>,
  path: string,
  inner: (value: unknown, member: Member, path: string) => string[],
): string[] {
  return [
    ...required
      .filter((name) => value[name] === undefined)
      .map((name) => `${path}.${name}: is missing`),
    ...Object.entries(value).flatMap(([name, each]) => {
      const member = Object.hasOwn(members, name) ? members[name] : undefined;
      if (!member) return [`${path}.${name}: is unknown`];
      const deprecated = member.deprecated ? [`${path}.${name}: is deprecated`] : [];
      return [...deprecated, ...inner(each, member, `${path}.${name}`)];
    }),
  ];
}

function checkText(shape: Shape, value: string, path: string): string[] {
  if (shape.enum && !shape.enum.includes(value))
    return [`${path}: ${value} is not one of ${shape.enum.slice(0, 20).join(', ')}`];
  const range = checkRange(shape, value.length, path);
  if (shape.pattern === undefined) return range;
  return matches(shape.pattern, value)
    ? range
    : [...range, `${path}: ${value.slice(0, 100)} does not match ${shape.pattern}`];
}

const checkRange = (
  { min = -Infinity, max = Infinity }: Shape,
  value: number,
  path: string,
): string[] =>
  value < min || value > max ? [`${path}: ${value} is not from ${min} to ${max}`] : [];

/** The patterns are those of Java. Nearly all mean the same in JavaScript. */
function matches(pattern: string, value: string): boolean {
  for (const flags of ['u', ''])
    try {
      // A pattern without anchors is one for the whole value.
      return new RegExp(`^(?:${pattern})$`, flags).test(value);
    } catch {
      // Tried without the flag.
    }
  return true;
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
