/**
 * Entry `@gati/runtime-h3/modules/host`: starts, checks and swaps the processes of foreign modules.
 * Internal: for the plugin, the `gati` command and servers; changes without notice.
 */
export {
  type ControlReply,
  type ModuleCommands,
  type ModuleControl,
  type SwapReply,
  openModuleControl,
  sendModuleCommand,
} from './control.ts';
export { contractOf, parseDescriptor, toModuleContract } from './descriptor.ts';
export { describeHttp } from './describe-http.ts';
export { describeWasm } from './wasm/describe-wasm.ts';
export { moduleContractError } from './errors.ts';
export { startGuardian } from './guardian.ts';
export { ModuleProcesses, type ModuleHostOptions } from './module-host.ts';
export { listModules } from './list-modules.ts';
export { describeGrants, describeOwnFile } from './module-item.ts';
export { createModulesPort } from './modules-port.ts';
export type {
  IsolationLevel,
  ModuleGrants,
  ModuleItem,
  ModulesPort,
  SwappedModule,
} from '../types/module-item.ts';
export { printModules } from './print-modules.ts';
export {
  hasCredentials,
  inProcessPackage,
  isSupervised,
  MODULES_DIR,
  namedFiles,
  type PackageSource,
  parsePackage,
  type ParsedSource,
  parseSource,
  type SourceKind,
  splitCommand,
} from './parse-source.ts';
export { requestSwap } from './request-swap.ts';
export {
  describeProcess,
  MCP_BRIDGE,
  NPM_RUNNER,
  PROGRAMS_DIR,
  type StartDeclaredOptions,
} from './start-declared.ts';
export { CONTAINER_MEMORY, isPinnedImage } from './docker-command.ts';
export { OWN_HEADERS, variablesOf } from './fill-variables.ts';
export { splitCredentials } from '../command/split-credentials.ts';
export { type ConformanceCheck, verifyModule } from './verify.ts';
export {
  type BoundMethod,
  type ForeignBinding,
  type ForeignDeclaration,
  type MethodDescriptor,
  MODULE_LIMITS,
  type ModuleAllowances,
  type ModuleDescriptor,
  type ModuleHost,
  type ModuleLimits,
} from '../types/foreign.ts';
export type { ForeignCode, ForeignPlace } from '../types/bundle.ts';
