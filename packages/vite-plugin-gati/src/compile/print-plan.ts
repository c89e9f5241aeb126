import type { RouteContract } from '@gati/contract';
import type { InputPlan, RoutePlan } from './plan.ts';

/**
 * Prints `input` and `output` of a `LoadedRoute` as properties of an object literal.
 *
 * @param route expression that evaluates to the route's contract
 * @param valueOf expression of the schema value that is exported for a part
 */
export function printRoute(
  plan: RoutePlan,
  contract: RouteContract,
  route: string,
  valueOf: (part: string) => string,
): string {
  const input = Object.entries(plan.input).map(([part, found]) => {
    const value = found.value === undefined ? undefined : valueOf(part);
    return part === 'body'
      ? `body: { ...${route}.body, ${printInput(found, value)} }`
      : `${part}: { schema: ${route}.${part}, ${printInput(found, value)} }`;
  });
  const output = Object.entries(plan.output).map(([status, { check, stringify, value }]) => {
    const { schema, contentType } = contract.responses[status] ?? {};
    const fields = [
      // The schema explains what a check rejected, so it comes with a check only.
      ...(check === undefined || schema === undefined
        ? []
        : [`schema: ${route}.responses[${JSON.stringify(status)}].schema`, `check: ${check}`]),
      ...(contentType === undefined ? [] : [`contentType: ${JSON.stringify(contentType)}`]),
      ...(stringify === undefined ? [] : [`stringify: ${stringify}`]),
      ...(value ? [`validator: ${valueOf('responses')}[${JSON.stringify(status)}]`] : []),
    ];
    return `${JSON.stringify(status)}: { ${fields.join(', ')} }`;
  });
  return `input: { ${input.join(', ')} }, output: { ${output.join(', ')} }`;
}

/** Prints `check`, `codecs` and `validator` of an `InputCheck`. */
export function printInput({ check, codecs, value }: InputPlan, validator?: string): string {
  const code = check ?? (value === 'never' ? '() => false' : '() => true');
  const decides = validator === undefined ? '' : `, validator: ${validator}`;
  return `check: ${code}${codecs ? ', codecs: true' : ''}${decides}`;
}
