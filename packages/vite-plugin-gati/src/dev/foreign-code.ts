import { mapModule, sortSchema } from '@gati/contract';
import {
  type BoundMethod,
  type ForeignBinding,
  type ForeignCode,
  inProcessPackage,
} from '@gati/runtime-h3/modules/host';
import { compileSchema } from '../compile/compile-checks.ts';
import type { ForeignModule, Scan } from '../scan/types.ts';

/** Returns the code of foreign modules for the release; `undefined` if the app has none. */
export function toForeignCode(scan: Scan): ForeignCode | undefined {
  const modules = (scan.foreign ?? []).filter((module) => inProcessPackage(module) === undefined);
  if (modules.length === 0) return undefined;
  return {
    modules: Object.fromEntries(modules.map((module) => [module.name, bind(module)])),
    load: () => import('@gati/runtime-h3/modules'),
  };
}

/** Binds a module to its pinned contract, with checks that are compiled now. */
function bind({ methods, $defs, operations, ...declaration }: ForeignModule): ForeignBinding {
  const { name, file } = declaration;
  const contract = mapModule({ name, file, methods }, sortSchema);
  const entries = (contract.methods ?? []).map(
    ({ name: method, output, idempotent, stream }): [string, BoundMethod] => {
      const check = output && compileSchema(output, $defs);
      const operation = operations?.[method];
      return [
        method,
        {
          ...(idempotent && { idempotent }),
          ...(stream && { stream }),
          ...(operation !== undefined && { operation }),
          ...(output && check && { output: { schema: output, check } }),
        },
      ];
    },
  );
  return { ...declaration, methods: Object.fromEntries(entries), $defs };
}
