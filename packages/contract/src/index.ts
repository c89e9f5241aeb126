export type { Codec, Defs, JsonValue, Schema, SchemaType } from './schema/ir.ts';
export type { JsonSchema } from './schema/from-json-schema.ts';
export type {
  BodyContract,
  ContainerContract,
  ContainerScaling,
  Contract,
  EffectContract,
  MethodContract,
  ModuleContract,
  ResponseContract,
  RouteContract,
} from './contract.ts';
export type { SecurityRequirement, SecurityScheme } from './security/scheme.ts';
export {
  assembleContract,
  type ContractParts,
  type EffectPart,
  type ModulePart,
  type RoutePart,
} from './assemble/assemble-contract.ts';
export {
  effectSchemas,
  mapEffect,
  mapModule,
  mapRoute,
  moduleSchemas,
  routeSchemas,
} from './assemble/contract-schemas.ts';
export { sortContract } from './assemble/sort-contract.ts';
export { canonicalJson, canonicalSchema, sortSchema } from './schema/canonical.ts';
export { equalJson, equalSchemas } from './schema/equal.ts';
export { type MergedDefs, mergeDefs } from './schema/merge.ts';
export { hasCodec, pruneDefs, refName, renameRefs, resolveRef, toRef } from './schema/refs.ts';
export { mapSchema, walkSchema } from './schema/walk.ts';
export { MANIFEST_FORMAT, type Manifest, type NativeCode } from './manifest/manifest.ts';
export { parseManifest } from './manifest/parse-manifest.ts';
export { printManifest } from './manifest/print-manifest.ts';
export type { GatiCode } from './diagnostics/codes.ts';
export { type Diagnostic, formatDiagnostic } from './diagnostics/diagnostic.ts';
export { GatiError, type GatiErrorInput, isGatiError } from './diagnostics/gati-error.ts';
export { type Declarations, type DeclarationUses, toDeclarations } from './print/declarations.ts';
export { type Direction, toTypeScript, type TypeScriptOptions } from './print/typescript.ts';
export type {
  OpenApiDocument,
  OpenApiEncoding,
  OpenApiHeader,
  OpenApiInfo,
  OpenApiMediaType,
  OpenApiOperation,
  OpenApiParameter,
  OpenApiPathItem,
  OpenApiReference,
  OpenApiResponse,
  OpenApiServer,
  OpenApiSecurityRequirement,
  OpenApiSecurityScheme,
} from './openapi/document.ts';
export { type OpenApiOptions, toOpenApi } from './openapi/to-openapi.ts';
export type { HttpMethod, RouteMethod } from './http/methods.ts';
export { parseRange, type Range, satisfies } from './versions/range.ts';
export { parseVersionRequest, type VersionRequest } from './versions/version-request.ts';
export {
  indexReleases,
  type MissingPolicy,
  type ReleaseIndex,
  type ReleaseInfo,
  type Resolution,
  resolveVersion,
  type ResolveOptions,
} from './versions/resolve-version.ts';
export { isListed, isLive, isOver, isRunnable, type ReleaseStatus } from './versions/status.ts';
export { createVersionResolver, type VersionResolver } from './versions/version-resolver.ts';
export { parseDate, parseTime } from './versions/time.ts';
export { compareSemver, formatSemver, parseSemver, type Semver } from './versions/semver.ts';
export { bumpVersion } from './diff/bump-version.ts';
export type { Change, DiffPolicy } from './diff/change.ts';
export { type ChangelogEntry, toChangelog } from './diff/changelog.ts';
export { type Diff, diffContracts } from './diff/diff-contracts.ts';
export { diffModules } from './diff/compare-modules.ts';
export { diffManifests } from './release/diff-manifests.ts';
export { type Bump, type Level } from './diff/levels.ts';
export {
  type VersionProposal,
  type ProposalInput,
  proposeVersion,
} from './release/propose-version.ts';
export { type Detail, DIFF_RULES, type Rule, type RuleId } from './diff/rules.ts';
export { isSubschema, type SubtypeOptions } from './diff/subtype/subtype.ts';
