import type { ConformanceCheck } from '@gati/runtime-h3/modules/host';
import type { Output } from './output.ts';

/** Prints the checks of a module. Returns whether all have passed. */
export function printChecks({ line, style }: Output, checks: readonly ConformanceCheck[]): boolean {
  for (const { name, ok, detail } of checks)
    line(`${ok ? style.green('✓') : style.red('✗')} ${name}: ${detail}`);
  return checks.every(({ ok }) => ok);
}
