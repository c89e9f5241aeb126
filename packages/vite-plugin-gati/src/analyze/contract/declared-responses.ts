import { canonicalSchema, type ResponseContract, type Schema } from '@gati/contract';
import { PROBLEM_MEDIA_TYPE } from '@gati/contract/internal';
import type { Node } from 'typescript-7/unstable/ast';
import type { SymbolView } from '../compiler/compiler.ts';
import type { ProgramSnapshot } from '../program-snapshot.ts';
import { describeMismatch, findMismatch } from './find-mismatch.ts';
import type { DiagnosticCollector } from './diagnostics.ts';
import type { InferredResponses } from './join-responses.ts';
import { withSharedDefinitions, type LoadedSchemas } from './schema-values/load-schemas.ts';

interface DeclaredResponses {
  byStatus: Map<string, Schema | undefined>;
  node: Node;
}

/**
 * Warnings about responses that the analysis can't infer. Declared responses make them obsolete.
 */
const SETTLED_BY_DECLARATION = new Set([
  'GATI_RESPONSE_UNKNOWN',
  'GATI_STATUS_UNKNOWN',
  'GATI_TYPE_ANY',
  'GATI_BODY_SOMETIMES',
]);

/**
 * Returns the declared responses for the contract, and reports inferred responses that do not match
 * them. Without a declaration, returns the inferred responses.
 */
export function applyDeclaredResponses(
  snapshot: ProgramSnapshot,
  exports: Map<string, SymbolView>,
  loaded: LoadedSchemas,
  file: string,
  inferred: InferredResponses,
  diagnostics: DiagnosticCollector,
): Record<string, ResponseContract> {
  const declared = readDeclared(snapshot, exports, loaded, file, diagnostics);
  if (!declared) return inferred.responses;
  const lookup = (name: string): Schema | undefined =>
    snapshot.responses.definitions.get(name)?.schema ??
    snapshot.requests.definitions.get(name)?.schema;
  for (const [status, response] of Object.entries(inferred.responses)) {
    const node = inferred.places.get(status) ?? declared.node;
    if (status === 'default') continue;
    const key = declared.byStatus.has(status)
      ? status
      : declared.byStatus.has('default')
        ? 'default'
        : undefined;
    if (key === undefined) {
      diagnostics.add(
        'GATI_RESPONSE_MISMATCH',
        `The handler responds with ${status}, which is not among its declared responses.`,
        `Add ${status} to the declared responses, or do not send it.`,
        node,
        'error',
      );
      continue;
    }
    const schema = declared.byStatus.get(key);
    const mismatch =
      schema && response.schema
        ? findMismatch(response.schema, schema, lookup)
        : Boolean(schema) !== Boolean(response.schema)
          ? { path: '/', actual: response.schema, declared: schema }
          : undefined;
    if (mismatch !== undefined) {
      diagnostics.add(
        'GATI_RESPONSE_MISMATCH',
        `The body of status ${status} does not match its declaration: ${describeMismatch(mismatch)}.`,
        'Change the declaration or the body so that they agree.',
        node,
        'error',
      );
    }
  }
  diagnostics.drop(SETTLED_BY_DECLARATION);
  return Object.fromEntries(
    [...declared.byStatus].map(([status, schema]) => {
      const before = inferred.responses[status];
      const contentType =
        before?.contentType ??
        (Number(status) >= 400 && isProblem(schema) ? PROBLEM_MEDIA_TYPE : 'application/json');
      return [
        status,
        {
          ...(schema ? { schema, contentType } : {}),
          ...(before?.stream ? { stream: true } : {}),
          ...(before?.headers && { headers: before.headers }),
          declared: true,
        },
      ];
    }),
  );
}

function isProblem(schema: Schema | undefined): boolean {
  return (
    schema?.properties !== undefined &&
    ['type', 'title', 'status', 'code'].every((name) => Object.hasOwn(schema.properties!, name))
  );
}

function readDeclared(
  snapshot: ProgramSnapshot,
  exports: Map<string, SymbolView>,
  loaded: LoadedSchemas,
  file: string,
  diagnostics: DiagnosticCollector,
): DeclaredResponses | undefined {
  const symbol = exports.get('Responses') ?? exports.get('responses');
  const node = symbol?.declarations[0]?.node();
  if (!symbol || !node) return undefined;
  if (loaded.responses) {
    const byStatus = new Map(
      [...loaded.responses].map(
        ([status, schema]) =>
          [
            status,
            withSharedDefinitions(snapshot.responses, schema, `${file}:responses:${status}`),
          ] as const,
      ),
    );
    return { byStatus, node };
  }
  const { compiler } = snapshot;
  const isType = symbol.name === 'Responses';
  const type = isType
    ? compiler.declaredType(compiler.target(symbol))
    : compiler.typesOf([compiler.target(symbol)])[0]!;
  const byStatus = new Map<string, Schema | undefined>();
  for (const { name, type: body } of compiler.properties(type)) {
    if (name !== 'default' && !/^[2-5]\d\d$/.test(name)) {
      diagnostics.add(
        'GATI_RESPONSE_MISMATCH',
        `\`${name}\` is not a status.`,
        'Name the responses by status, 200 to 599, or `default`.',
        node,
        'error',
      );
      continue;
    }
    const standard = isType ? undefined : compiler.property(body, '~standard');
    const types = standard && compiler.property(standard, 'types');
    const kept =
      types?.tag === 'union' ? compiler.members(types).find(({ tag }) => tag === 'object') : types;
    const inner = (kept && compiler.property(kept, 'output')) ?? body;
    if (inner.tag === 'void' || inner.tag === 'undefined' || inner.tag === 'never')
      byStatus.set(name, undefined);
    else {
      const written = snapshot.responses.write(inner);
      diagnostics.addIssues(written.issues, node);
      byStatus.set(name, canonicalSchema(written.schema));
    }
  }
  return byStatus.size > 0 ? { byStatus, node } : undefined;
}
