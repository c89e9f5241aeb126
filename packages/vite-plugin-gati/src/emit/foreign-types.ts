import { type Schema, toDeclarations, toTypeScript } from '@gati/contract';
import { propertyKey } from '@gati/contract/internal';
import type { ForeignModule } from '../scan/types.ts';

/** Names that a namespace of types must not declare again. */
const TAKEN = ['Module', 'Options'];

/**
 * Returns the types of foreign modules: a namespace for each, with the types of its definitions and
 * the interface `Module`.
 */
export function emitForeignTypes(modules: readonly ForeignModule[]): string {
  if (modules.length === 0) return '';
  return `
declare namespace GatiForeign {
  /** Options of one call of a module. */
  interface Options {
    /** Milliseconds; the deadline of the request ends the call too. */
    timeout?: number;
    /** Ends the call. By default the signal of the request. */
    signal?: AbortSignal;
    /** Key of an idempotent call. By default each call has another one. */
    idempotencyKey?: string;
  }
${modules.map(printModule).join('')}}
`;
}

function printModule({ name, methods, $defs }: ForeignModule): string {
  const schemas = (side: 'input' | 'output'): Schema[] =>
    methods.flatMap((method) => method[side] ?? []);
  const declarations = toDeclarations($defs, {
    request: schemas('input'),
    response: schemas('output'),
    taken: TAKEN,
  });
  const lines = methods.map(({ name: method, input, output, stream }) => {
    const argument =
      input === undefined
        ? 'input?: undefined'
        : `input: ${toTypeScript(input, { direction: 'request', nameOf: declarations.request, indent: '  ' })}`;
    const result =
      output === undefined
        ? 'unknown'
        : toTypeScript(output, {
            direction: 'response',
            nameOf: declarations.response,
            indent: '  ',
          });
    const returned = stream ? `AsyncIterable<${result}>` : `Promise<${result}>`;
    return `  ${propertyKey(method)}(${argument}, options?: Options): ${returned};\n`;
  });
  const text = `${declarations.text}export interface Module {\n${lines.join('')}}\n`;
  return `  namespace ${name} {\n${indent(text)}  }\n`;
}

const indent = (text: string): string => text.replaceAll(/^(?=.)/gm, '    ');
