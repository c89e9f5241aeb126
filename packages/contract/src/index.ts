export type { Codec, Defs, JsonValue, Schema, SchemaType } from './schema/ir.ts';
export type {
  BodyContract,
  Contract,
  EffectContract,
  HttpMethod,
  ModuleContract,
  ResponseContract,
  RouteContract,
  RouteMethod,
} from './contract.ts';
export { MANIFEST_FORMAT, type Manifest } from './manifest/manifest.ts';
export { type Diagnostic, formatDiagnostic, GatiError } from './diagnostics.ts';
