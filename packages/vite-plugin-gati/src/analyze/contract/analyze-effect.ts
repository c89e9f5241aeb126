import {
  canonicalSchema,
  type EffectContract,
  isSubschema,
  mapEffect,
  type Schema,
} from '@gati/contract';
import type { NamedFile } from '../../scan/types.ts';
import { type LoadedSchemas, withSharedDefinitions } from './schema-values/load-schemas.ts';
import type { ProgramSnapshot } from '../program-snapshot.ts';
import type { AnalyzedEffect } from '../analyzer.ts';
import { DefNames } from './definition-names.ts';
import { findHandler } from './find-handler.ts';
import { declaredResult } from '../interpret/responses/declared-type.ts';
import { DiagnosticCollector } from './diagnostics.ts';

/** The payload that a schedule enqueues: `{}`. */
const EMPTY: Schema = { type: 'object', maxProperties: 0, additionalProperties: false };

/**
 * Reads the contract of an effect: the payload is the schema value `payload` or the first parameter
 * of `run`, the result what `run` resolves to.
 */
export function analyzeEffect(
  snapshot: ProgramSnapshot,
  { name, file }: NamedFile,
  loaded: LoadedSchemas,
): Omit<AnalyzedEffect, 'dependencies'> {
  const contract: EffectContract = { name, file };
  const exports = snapshot.compiler.moduleExports(snapshot.files.absolute(file));
  const symbol = exports.get('run') ?? exports.get('default');
  const site = symbol && findHandler(snapshot, symbol);
  const diagnostics = new DiagnosticCollector(snapshot);
  if (!site) return { contract, $defs: {}, warnings: [] };
  const [payload] = site.fn?.parameters ?? [];
  const declared = loaded.parts.get('payload');
  if (declared) contract.payload = withSharedDefinitions(snapshot.requests, declared, file);
  else if (payload) {
    const written = snapshot.requests.write(snapshot.type(payload.name));
    contract.payload = written.schema;
    diagnostics.addIssues(written.issues, payload);
  }
  const returned =
    site.result?.type ??
    (site.fn && declaredResult(snapshot, site.fn)?.type) ??
    snapshot.compiler.returns(snapshot.type(site.node))[0];
  if (returned) {
    const inner = snapshot.promised(returned);
    if (inner.tag !== 'void' && inner.tag !== 'undefined' && inner.tag !== 'never') {
      const written = snapshot.responses.write(inner);
      contract.result = written.schema;
      diagnostics.addIssues(written.issues, site.node);
    }
  }
  const names = new DefNames(snapshot);
  const finished = mapEffect(contract, (schema) => names.finish(canonicalSchema(schema)));
  if (
    payload &&
    finished.payload &&
    exports.has('schedule') &&
    !isSubschema(EMPTY, finished.payload, {}, names.$defs)
  ) {
    diagnostics.add(
      'GATI_EFFECT_SCHEDULE',
      `'${name}' runs on its schedule with the payload {}, which its 'run' does not accept.`,
      'Make the fields of the payload optional, or schedule an effect without a payload that enqueues this one.',
      payload,
    );
  }
  return {
    contract: finished,
    $defs: names.$defs,
    ...(loaded.values && { values: loaded.values }),
    warnings: diagnostics.list(),
  };
}
