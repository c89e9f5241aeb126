import fs from 'node:fs';
import path from 'node:path';
import type { Defs, Schema } from '@gati/contract';
import type { MethodDescriptor } from '@gati/runtime-h3/modules/host';
import type { Analyzer } from './analyzer.ts';

/** Folder of the files that the compiler reads, from the root. */
const FOLDER = '.gati/modules';

/**
 * Reads the methods of a package from its types: the functions that it exports, or those of the
 * value that its `defineModule` sets up. Each takes its first parameter.
 *
 * @param open creates an analyzer, which is closed again
 * @param module name of the module, for the file that the compiler reads
 */
export async function readPackageTypes(
  root: string,
  open: () => Promise<Analyzer>,
  packageName: string,
  module: string,
): Promise<Record<string, MethodDescriptor>> {
  const file = `${FOLDER}/${module}.ts`;
  fs.mkdirSync(path.join(root, FOLDER), { recursive: true });
  fs.writeFileSync(path.join(root, file), printProbe(packageName));
  const analyzer = await open();
  try {
    const { contract, $defs } = await analyzer.effect({ name: module, file });
    const inputs = propertiesOf(contract.payload, $defs);
    const outputs = propertiesOf(contract.result, $defs);
    return Object.fromEntries(
      Object.entries(outputs).map(([name, output]) => {
        const input = inputs[name];
        // A method that returns nothing has none.
        const { result } = propertiesOf(output, $defs);
        const method = {
          ...(input && { input: close(input, $defs) }),
          ...(result && { output: close(result, $defs) }),
        };
        return [name, method as MethodDescriptor];
      }),
    );
  } finally {
    await analyzer.close();
  }
}

/** A function whose parameter and result have the types of all methods of the package. */
function printProbe(packageName: string): string {
  return `// Written by Gati to read the types of a package; changes here are lost.
import type * as file from ${JSON.stringify(packageName)};
type Functions<File> = { readonly [Name in keyof File as File[Name] extends (...args: never) => unknown ? Name : never]: File[Name] };
type Api<File> = File extends { readonly default: { setup(...args: never): infer Value } } ? Functions<Awaited<Value>> : Functions<File>;
type First<Call> = Call extends (...args: infer Args) => unknown ? Args[0] : never;
type Taking<Methods> = { [Name in keyof Methods as First<Methods[Name]> extends undefined ? never : Name]: First<Methods[Name]> };
type Results<Methods> = { [Name in keyof Methods]: { result: Methods[Name] extends (...args: never) => infer Value ? Awaited<Value> : never } };
export const run = (payload: Taking<Api<typeof file>>): Results<Api<typeof file>> => payload as never;
`;
}

function propertiesOf(schema: Schema | undefined, $defs: Defs): Record<string, Schema> {
  const name = /^#\/\$defs\/(.+)$/.exec(schema?.$ref ?? '')?.[1];
  const { properties = {} } = (name === undefined ? schema : $defs[name]) ?? {};
  return properties;
}

/** Adds the definitions that a schema may refer to. */
function close(schema: Schema, $defs: Defs): Schema | (Schema & { $defs: Defs }) {
  const needed = new Set<string>();
  const collect = (part: unknown): void => {
    for (const [, name] of JSON.stringify(part).matchAll(/"#\/\$defs\/([^"]+)"/g)) {
      if (needed.has(name!)) continue;
      needed.add(name!);
      collect($defs[name!]);
    }
  };
  collect(schema);
  if (needed.size === 0) return schema;
  return { ...schema, $defs: Object.fromEntries([...needed].map((name) => [name, $defs[name]!])) };
}
