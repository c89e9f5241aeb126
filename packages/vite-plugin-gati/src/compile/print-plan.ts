import type { RouteContract } from '@gati/contract';
import type { InputPlan, RoutePlan } from './plan.ts';

/**
 * Prints `input` and `output` of a `LoadedRoute` as properties of an object literal.
 * @param route expression that evaluates to the route's contract
 */
export function printRoute(plan: RoutePlan, contract: RouteContract, route: string): string {
  const input = Object.entries(plan.input).map(([part, found]) =>
    part === 'body'
      ? `body: { ...${route}.body, ${printInput(found)} }`
      : `${part}: { schema: ${route}.${part}, ${printInput(found)} }`,
  );
  const output = Object.entries(plan.output).map(([status, { check, stringify }]) => {
    const { schema, contentType } = contract.responses[status] ?? {};
    const fields = [
      // The schema explains what a check rejected, so it comes with a check only.
      ...(check === undefined || schema === undefined
        ? []
        : [`schema: ${route}.responses[${JSON.stringify(status)}].schema`, `check: ${check}`]),
      ...(contentType === undefined ? [] : [`contentType: ${JSON.stringify(contentType)}`]),
      ...(stringify === undefined ? [] : [`stringify: ${stringify}`]),
    ];
    return `${JSON.stringify(status)}: { ${fields.join(', ')} }`;
  });
  return `input: { ${input.join(', ')} }, output: { ${output.join(', ')} }`;
}

/** Prints `check` and `codecs` of an `InputCheck`. */
export function printInput({ check, codecs }: InputPlan): string {
  return `check: ${check ?? '() => true'}${codecs ? ', codecs: true' : ''}`;
}
