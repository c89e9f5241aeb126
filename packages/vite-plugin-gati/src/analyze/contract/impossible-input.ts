import type { Schema } from '@gati/contract';
import { paramNames } from '../../scan/route.ts';
import type { RouteFile } from '../../scan/types.ts';
import { impossibleField, findImpossible, type Lookup } from './impossible-schema.ts';

export interface RequestPart {
  schema: Schema;
  optional: boolean;
  /** A body with files or with `accept = ['form']`: a client can't send it as JSON. */
  isForm: boolean;
}

/** Why the input is impossible, and what to declare instead. */
export interface ImpossibleInput {
  reason: string;
  fix: string;
}

/** Returns why no request can contain the declared input; `undefined` if a request can. */
export function findImpossibleInput(
  { method, path }: Pick<RouteFile, 'method' | 'path'>,
  part: string,
  { schema, optional, isForm }: RequestPart,
  lookup: Lookup,
): ImpossibleInput | undefined {
  const impossible = (reason: string | undefined, fix: string): ImpossibleInput | undefined =>
    reason === undefined ? undefined : { reason, fix };
  const field = (_: string, value: Schema): string | undefined =>
    impossibleField(value, lookup, isForm);
  switch (part) {
    case 'params': {
      const names = paramNames(path);
      const quoted = names.map((name) => `\`${name}\``).join(', ');
      const unknownName = findImpossible(schema, lookup, (name) =>
        names.includes(name) ? undefined : 'is required, but the path has no such parameter',
      );
      if (unknownName === undefined)
        return impossible(
          findImpossible(schema, lookup, field),
          'Declare what a segment of a path can be: a string, number or boolean.',
        );
      return {
        reason: unknownName,
        fix:
          names.length === 0
            ? 'Add the parameter to the route, or remove it from the type.'
            : `Name the parameters as the route does: ${quoted}.`,
      };
    }
    case 'query':
      return impossible(
        findImpossible(schema, lookup, field),
        'Declare fields of strings, numbers, booleans or lists of these, or use a body.',
      );
    case 'headers':
      return impossible(
        findImpossible(schema, lookup, field),
        'Declare fields of strings, numbers, booleans or lists of these.',
      );
    case 'body':
      if (!optional && (method === 'GET' || method === 'HEAD'))
        return {
          reason: `it is required, and a ${method} has no body: \`fetch\` can't send one`,
          fix: 'Use a query, or make the route a POST.',
        };
      return isForm
        ? impossible(
            findImpossible(schema, lookup, field),
            'A form has files and fields of strings, numbers, booleans or lists of these: `type Body = { file: File }`.',
          )
        : undefined;
    default:
      return undefined;
  }
}
