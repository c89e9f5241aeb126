import {
  canonicalSchema,
  type Defs,
  type Diagnostic,
  mapRoute,
  type RouteContract,
} from '@gati/contract';
import type { Node } from 'typescript-7/unstable/ast';
import { folderOf } from '../../scan/layout.ts';
import type { RouteFile } from '../../scan/types.ts';
import type { ProgramSnapshot } from '../program-snapshot.ts';
import type { AnalyzedRoute } from '../analyzer.ts';
import type { SymbolView } from '../compiler/compiler.ts';
import { readDoc } from '../types/doc-comments.ts';
import { DefNames } from './definition-names.ts';
import { findHandler, type HandlerSite } from './find-handler.ts';
import { reportHiddenFields } from './hidden-fields.ts';
import { DiagnosticCollector } from './diagnostics.ts';
import { reportOtherFolder, reportOtherRoute } from './handler-route.ts';
import { reportReadHeaders } from './header-case.ts';
import { PART_TYPES, requestParts } from './request-parts.ts';
import { findSlowPatterns, SHORT_TEXT } from './slow-patterns.ts';
import { inferGuardErrors, withGuardErrors } from './guard-errors.ts';
import { inferResponses } from './infer-responses.ts';
import type { InferredResponses } from './join-responses.ts';
import { applyDeclaredHeaders } from './declared-headers.ts';
import { applyDeclaredResponses } from './declared-responses.ts';
import type { LoadedSchemas } from './schema-values/load-schemas.ts';

/** Reads the contract of one route from a snapshot of the program. */
export function analyzeRoute(
  snapshot: ProgramSnapshot,
  route: RouteFile,
  loaded: LoadedSchemas,
): Omit<AnalyzedRoute, 'dependencies'> {
  const file = snapshot.files.absolute(route.file);
  const source = snapshot.compiler.source(file);
  const diagnostics = new DiagnosticCollector(snapshot);
  const base: RouteContract = {
    id: route.id,
    method: route.method,
    path: route.path,
    domain: route.domain,
    name: route.name,
    file: route.file,
    ...(route.version === undefined ? {} : { version: route.version }),
    ...(route.security === undefined ? {} : { security: route.security }),
    responses: {},
  };
  if (!source) return { contract: base, $defs: {}, warnings: [handlerUnreadable(route)] };
  const exports = snapshot.compiler.moduleExports(file);
  const symbol = exports.get(route.handler);
  const isSocket = route.method === 'WS';
  const site = symbol && findHandler(snapshot, symbol);
  const request = requestParts({ snapshot, route, exports, loaded, diagnostics, fallback: source });
  const guards = sitesOf(snapshot, route.guards, 'guard');
  const functions = sitesOf(snapshot, route.middleware, 'middleware').flatMap(({ fn }) => fn ?? []);
  for (const [index, { fn }] of guards.entries())
    if (fn) reportHiddenFields(snapshot, route.guards[index]!, fn, diagnostics);
  const unknown: InferredResponses = {
    responses: { default: { schema: {}, contentType: 'application/json' } },
    places: new Map(),
  };
  const inferred =
    site && !isSocket ? inferResponses(snapshot, site, functions, diagnostics) : unknown;
  if (!site && !isSocket) {
    diagnostics.add(
      'GATI_RESPONSE_UNKNOWN',
      `The export \`${route.handler}\` could not be followed to a function.`,
      'Export the handler as a function of this file.',
      source,
    );
  }
  const around = [...guards.map(({ node }) => node), ...functions];
  for (const fn of site ? [...around, site.node] : around)
    reportReadHeaders(snapshot, fn, diagnostics);
  reportOtherRoute(snapshot, source, route.id, diagnostics);
  for (const other of [...route.guards, ...route.middleware]) {
    const text = snapshot.compiler.source(snapshot.files.absolute(other));
    if (text) reportOtherFolder(snapshot, text, folderOf(other), diagnostics);
  }
  const own = isSocket
    ? {}
    : applyDeclaredResponses(snapshot, exports, loaded, route.file, inferred, diagnostics);
  // The guards come last: declared responses remove only warnings about the handler.
  const responses = applyDeclaredHeaders(
    snapshot,
    exports,
    withGuardErrors(own, inferGuardErrors(snapshot, guards, diagnostics)),
    diagnostics,
  );
  const names = new DefNames(snapshot);
  const contract = mapRoute({ ...base, ...documentation(site), ...request, responses }, (schema) =>
    names.finish(canonicalSchema(schema)),
  );
  reportSlowPatterns(contract, names.$defs, exports, diagnostics, source);
  for (const { name, issues } of names.used)
    diagnostics.addIssues(issues, site?.declaration ?? source, name);
  return {
    contract,
    $defs: names.$defs,
    ...(loaded.values && { values: loaded.values }),
    warnings: diagnostics.list(),
  };
}

function reportSlowPatterns(
  contract: RouteContract,
  $defs: Defs,
  exports: Map<string, SymbolView>,
  diagnostics: DiagnosticCollector,
  fallback: Node,
): void {
  for (const { part, pattern, growth } of findSlowPatterns(contract, $defs))
    diagnostics.add(
      'GATI_PATTERN_SLOW',
      `The time to match the pattern /${pattern}/ in the ${part} grows ${growth === 'exponential' ? 'exponentially' : 'faster than linearly'} with the text, so a client can keep a worker busy.`,
      growth === 'exponential'
        ? 'Write it so that only one repetition can match a character: /^[a-z]+(-[a-z]+)*$/ instead of /^([a-z]+-?)+$/.'
        : `Write it so that only one repetition can match a character, or limit the text to ${SHORT_TEXT} characters (maxLength).`,
      exports.get(part)?.declarations[0]?.node() ??
        exports.get(PART_TYPES[part])?.declarations[0]?.node() ??
        fallback,
    );
}

/**
 * Returns what files export by a name, in the order of the files. It leaves out a file without such an
 * export: the scan reports it.
 */
function sitesOf(
  snapshot: ProgramSnapshot,
  files: readonly string[],
  name: 'guard' | 'middleware',
): HandlerSite[] {
  return files.flatMap((file) => {
    const exports = snapshot.compiler.moduleExports(snapshot.files.absolute(file));
    const symbol = exports.get(name);
    const site = symbol && findHandler(snapshot, symbol);
    return site ? [site] : [];
  });
}

function handlerUnreadable(route: RouteFile): Diagnostic {
  return {
    code: 'GATI_HANDLER_UNREADABLE',
    level: 'error',
    message: `The handler ${route.file} could not be read.`,
    fix: 'Check that the file is there and is a TypeScript or JavaScript module.',
    file: route.file,
  };
}

/** The summary is the first paragraph of the doc comment, the description the rest. */
function documentation(
  site: HandlerSite | undefined,
): Pick<RouteContract, 'summary' | 'description' | 'deprecated'> {
  if (!site) return {};
  const doc = readDoc(site.declaration.getSourceFile(), site.declaration.pos);
  if (!doc) return {};
  const [summary, ...rest] = (doc.description ?? '').split(/\n\s*\n/);
  const deprecated = doc.tags.find(({ name }) => name === 'deprecated');
  const description = rest.join('\n\n').trim();
  return {
    ...(summary ? { summary: summary.replace(/\s*\n\s*/g, ' ') } : {}),
    ...(description ? { description } : {}),
    ...(deprecated ? { deprecated: deprecated.text || true } : {}),
  };
}
