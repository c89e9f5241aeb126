import type { Schema } from '@gati/contract';
import { type LookUp, textFormOf, type TextPlace } from '@gati/contract/internal';
import { paramNames } from '../../scan/route.ts';
import type { RouteFile } from '../../scan/types.ts';
import { type FieldTest, findImpossible } from './impossible-schema.ts';

export interface RequestPart {
  schema: Schema;
  optional: boolean;
  /** A body with files or with `accept = ['form']`: a client can't send it as JSON. */
  isForm: boolean;
}

/** Reason why the input is impossible, and the declaration to use instead. */
export interface ImpossibleInput {
  reason: string;
  fix: string;
  level: 'error' | 'warning';
}

/** Returns why no request can contain the declared input; `undefined` if a request can. */
export function findImpossibleInput(
  { method, path }: Pick<RouteFile, 'method' | 'path'>,
  part: string,
  { schema, optional, isForm }: RequestPart,
  lookUp: LookUp,
): ImpossibleInput | undefined {
  const find = (place: TextPlace, fix: string): ImpossibleInput | undefined =>
    toInput(
      findImpossible(schema, lookUp, (_, field) => textFormOf(field, place, lookUp).reason),
      fix,
    );
  switch (part) {
    case 'params':
      return findImpossibleParams(path, schema, lookUp);
    case 'query':
      return find('query', 'Use a body for files: `type Body = { file: File }`.');
    case 'headers':
      return find('headers', 'Use a body for files: `type Body = { file: File }`.');
    case 'body':
      if (!optional && (method === 'GET' || method === 'HEAD'))
        return {
          reason: `it is required, and a ${method} has no body: \`fetch\` can't send one`,
          fix: 'Use a query, or make the route a POST.',
          level: 'warning',
        };
      return isForm
        ? find('form', 'Make the file a field of the form: `type Body = { file: File }`.')
        : undefined;
    default:
      return undefined;
  }
}

function findImpossibleParams(
  path: string,
  schema: Schema,
  lookUp: LookUp,
): ImpossibleInput | undefined {
  const names = paramNames(path);
  const unknownName: FieldTest = (name, _, isRequired) =>
    names.includes(name) || !isRequired
      ? undefined
      : 'is required, but the path has no such parameter';
  const hasNoForm: FieldTest = (name, field) =>
    names.includes(name)
      ? textFormOf(field, path.includes(`*${name}`) ? 'rest' : 'params', lookUp).reason
      : undefined;
  const quoted = names.map((name) => `\`${name}\``).join(', ');
  return (
    toInput(
      findImpossible(schema, lookUp, unknownName),
      names.length === 0
        ? 'Add the parameter to the route, or remove it from the type.'
        : `Name the parameters as the route does: ${quoted}.`,
    ) ??
    toInput(
      findImpossible(schema, lookUp, hasNoForm),
      'Declare what a segment of a path can be: a string, number or boolean.',
    )
  );
}

const toInput = (reason: string | undefined, fix: string): ImpossibleInput | undefined =>
  reason === undefined ? undefined : { reason, fix, level: 'error' };
