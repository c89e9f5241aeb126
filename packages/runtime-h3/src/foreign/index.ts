/**
 * Entry `@gati/runtime-h3/modules`: calls modules that run outside of the app's process. Internal:
 * for the code that a build prints; changes without notice. Only releases with such modules contain
 * it.
 */
import path from 'node:path';
import { GatiError } from '@gati/contract';
import { fillVariables, variablesOf } from '../module-host/fill-variables.ts';
import { isSupervised, parseSource, splitCommand } from '../module-host/parse-source.ts';
import { type ForeignBinding, MODULE_LIMITS } from '../types/foreign.ts';
import type { ForeignOptions, Loader } from '../types/bundle.ts';
import type { ModuleDefinition, ModuleFile } from '../types/modules.ts';
import { ForeignModule } from './foreign-module.ts';
import { MovingSource } from './moving-source.ts';
import { OpenApiSource } from './openapi-source.ts';
import { type ProtocolOptions, ProtocolSource } from './protocol-source.ts';
import type { ModuleSource } from './source.ts';
import { withoutLastSlashes } from '../module-host/without-last-slashes.ts';

export { callScope } from './call-scope.ts';
export { findBreaks } from './find-breaks.ts';

/** Returns the values of variables in headers, which logs must not contain. */
export function listSecrets({ modules, env }: Pick<ForeignOptions, 'modules' | 'env'>): string[] {
  return Object.values(modules)
    .flatMap(({ headers = {} }) => variablesOf(headers))
    .flatMap((name) => env[name] || []);
}

/** Returns the modules as files of `src/modules` would be. */
export function createForeignModules(options: ForeignOptions): Record<string, Loader<ModuleFile>> {
  const entries = Object.entries(options.modules).map(([name, binding]) => {
    const definition = defineForeign(binding, options);
    return [name, () => ({ default: definition })] as const;
  });
  return Object.fromEntries(entries);
}

function defineForeign(binding: ForeignBinding, options: ForeignOptions): ModuleDefinition {
  let source: ModuleSource | undefined;
  return {
    async setup() {
      const limits = { ...MODULE_LIMITS, ...binding.limits };
      const opened = (source = await openSource(binding, options));
      await opened.ready();
      const { logger, isTraced } = options;
      const { $defs = options.$defs } = binding;
      return new ForeignModule({
        binding,
        limits,
        source: opened,
        $defs,
        logger,
        isTraced,
      }).createApi();
    },
    async dispose() {
      await source?.close();
    },
  };
}

async function openSource(
  binding: ForeignBinding,
  { host, release, root, logger, env }: ForeignOptions,
): Promise<ModuleSource> {
  const { name, source, run = source, isolate, headers = {}, limits } = binding;
  const parsed = parseSource(name, source);
  const protocol = { name, release, limits: { ...MODULE_LIMITS, ...limits } };
  if (isSupervised(parsed, isolate)) {
    if (host !== undefined) return new ProtocolSource(protocol, host);
    return new ProtocolSource(protocol, {
      follow(_name, onChange) {
        void onChange({ reason: 'this process starts no modules.' });
        return () => {};
      },
    });
  }
  if (parsed.kind === 'http') {
    const filled = fillVariables(headers, env);
    const open = (at: string): ModuleSource => openService(binding, at, filled, protocol);
    return new MovingSource(open, source, { name, host, logger });
  }
  if (parsed.kind === 'wasm') {
    const { WasmSource } = await import('./wasm-source.ts');
    const open = (at: string): ModuleSource => {
      const file = splitCommand(parseSource(name, at).target)[0]!;
      return new WasmSource(name, path.resolve(root, file), protocol.limits, logger);
    };
    return new MovingSource(open, run, { name, host, logger });
  }
  throw new GatiError({
    code: 'GATI_MODULE_SOURCE',
    message: `The module "${name}" has a source that this version can't call: ${parsed.kind}.`,
    fix: 'Update Gati, or declare the module with another source.',
  });
}

/** A service with an OpenAPI document, or with the module protocol. */
function openService(
  { methods }: ForeignBinding,
  address: string,
  headers: Record<string, string>,
  protocol: ProtocolOptions,
): ModuleSource {
  if (Object.values(methods).some(({ operation }) => operation !== undefined))
    return new OpenApiSource(address, methods, headers, protocol.limits);
  const { origin, pathname } = new URL(address);
  return new ProtocolSource(
    { ...protocol, headers },
    { origin, base: withoutLastSlashes(pathname) },
  );
}
