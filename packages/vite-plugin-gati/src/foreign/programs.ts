import { createRequire } from 'node:module';
import path from 'node:path';
import { MCP_BRIDGE, NPM_RUNNER, parseSource } from '@gati/runtime-h3/modules/host';
import { isIsolatedPackage } from './built-declaration.ts';
import type { DeclaredModule } from './module-options.ts';

/** Returns the folder of the programs that run some kinds of modules. */
export function programsFolder(): string {
  const file = createRequire(import.meta.url).resolve('@gati/runtime-h3/package.json');
  return path.join(path.dirname(file), 'dist/programs');
}

/** Returns the names of the programs that modules need. */
export function programsOf(modules: readonly DeclaredModule[]): string[] {
  const isMcp = ({ name, source }: DeclaredModule): boolean =>
    parseSource(name, source).kind === 'mcp';
  return [
    ...(modules.some(isMcp) ? [MCP_BRIDGE] : []),
    ...(modules.some(isIsolatedPackage) ? [NPM_RUNNER] : []),
  ];
}
