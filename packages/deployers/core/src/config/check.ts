import { isObject } from '@gati/contract/data';
import { suggest } from '@gati/contract/internal';
import type { ConfigSchema } from './schema.ts';

/** A value that the schema does not allow. */
export interface ConfigFault {
  /** Keys and indexes from the root to the value. */
  path: (string | number)[];
  /** Whether the key itself is wrong, not its value. */
  isKey?: boolean;
  message: string;
  fix: string;
}

/** Returns the faults of a value, in the order of the document. */
export function checkConfig(
  value: unknown,
  schema: ConfigSchema,
  defs: Record<string, ConfigSchema>,
  path: ConfigFault['path'] = [],
): ConfigFault[] {
  const target = schema.$ref ? defs[schema.$ref.replace('#/$defs/', '')]! : schema;
  const fault = (message: string): ConfigFault[] => [
    {
      path,
      message: `\`${nameOf(path)}\` ${message}`,
      fix: target.description ?? schema.description ?? 'Correct the value.',
    },
  ];
  if (target.anyOf) {
    const tried = target.anyOf.map((each) => checkConfig(value, each, defs, path));
    if (tried.some(({ length }) => length === 0)) return [];
    // The author probably meant the form of the same type.
    const near = tried.find((_, index) => typeOf(value) === target.anyOf![index]!.type);
    return near ?? fault(`must be ${target.anyOf.map(describeType).join(' or ')}`);
  }
  if (target.enum)
    return typeof value === 'string' && target.enum.includes(value)
      ? []
      : fault(`must be ${target.enum.join(' or ')}, but is ${show(value)}`);
  if (target.type !== undefined && typeOf(value) !== target.type)
    return fault(`must be ${describeType(target)}, but is ${show(value)}`);
  if (isObject(value)) return checkObject(value, target, defs, path);
  if (Array.isArray(value)) {
    if (value.length > (target.maxItems ?? Infinity))
      return fault(`has ${value.length} items, more than ${target.maxItems}`);
    return value.flatMap((each, index) =>
      checkConfig(each, target.items ?? {}, defs, [...path, index]),
    );
  }
  if (typeof value === 'string') return checkText(value, target, fault);
  if (typeof value === 'number') {
    const { minimum = -Infinity, maximum = Infinity } = target;
    if (value < minimum || value > maximum)
      return fault(`must be from ${minimum} to ${maximum}, but is ${value}`);
  }
  return [];
}

function checkObject(
  value: Record<string, unknown>,
  schema: ConfigSchema,
  defs: Record<string, ConfigSchema>,
  path: ConfigFault['path'],
): ConfigFault[] {
  const { properties = {}, additionalProperties = true, required = [], propertyNames } = schema;
  const faults = Object.entries(value).flatMap(([key, each]): ConfigFault[] => {
    if (propertyNames && !new RegExp(propertyNames.pattern, 'u').test(key))
      return [
        {
          path: [...path, key],
          isKey: true,
          message: `\`${nameOf(path)}\` can't have the name ${show(key)}`,
          fix: schema.description ?? 'Correct the name.',
        },
      ];
    const inner =
      (Object.hasOwn(properties, key) ? properties[key] : undefined) ?? additionalProperties;
    if (typeof inner === 'object') return checkConfig(each, inner, defs, [...path, key]);
    return inner ? [] : [unknownKey(key, Object.keys(properties), path)];
  });
  const missing = required.filter((key) => !Object.hasOwn(value, key));
  return [
    ...faults,
    ...missing.map((key) => ({
      path,
      message: `\`${nameOf([...path, key])}\` is missing`,
      fix: properties[key]?.description ?? `Add \`${key}\`.`,
    })),
  ];
}

function unknownKey(key: string, known: string[], path: ConfigFault['path']): ConfigFault {
  const near = suggest(key, known);
  return {
    path: [...path, key],
    isKey: true,
    message: `there is no setting \`${nameOf([...path, key])}\``,
    fix: near
      ? `Did you mean \`${nameOf([...path, near])}\`?`
      : `The settings here are ${known.join(', ')}.`,
  };
}

function checkText(
  value: string,
  { minLength = 0, maxLength = Infinity, pattern }: ConfigSchema,
  fault: (message: string) => ConfigFault[],
): ConfigFault[] {
  if (value.length < minLength) return fault('is empty');
  if (value.length > maxLength) return fault(`is longer than ${maxLength} characters`);
  if (pattern !== undefined && !new RegExp(pattern, 'u').test(value))
    return fault(`can't be ${show(value)}`);
  return [];
}

const nameOf = (path: ConfigFault['path']): string =>
  path.length === 0 ? 'the file' : path.join('.');

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (value === null || value === undefined) return 'null';
  return Number.isSafeInteger(value) ? 'integer' : typeof value;
}

const TYPES: Record<string, string> = {
  object: 'settings by name',
  array: 'a list',
  string: 'a text',
  integer: 'a whole number',
  boolean: 'true or false',
};

const describeType = ({ type, enum: values }: ConfigSchema): string =>
  values ? values.join(' or ') : (TYPES[type ?? ''] ?? 'a value');

function show(value: unknown): string {
  const shown = JSON.stringify(value) ?? 'nothing';
  return shown.length > 60 ? `${shown.slice(0, 60)}…` : shown;
}
