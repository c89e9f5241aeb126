import type { BodyContract, ResponseContract, RouteContract } from '../contract.ts';
import { equalJson } from '../schema/equal.ts';
import type { Schema } from '../schema/ir.ts';
import type { DiffPolicy } from './change.ts';
import { compareSecurity } from './compare-security.ts';
import { renameParameters } from './route-shape.ts';
import type { Reporter } from './reporter.ts';
import type { Side } from './comparison.ts';

/** Schema of undeclared parameters and headers: an object with any fields. */
const UNDECLARED: Schema = { type: 'object' };

/** Compares a route that both contracts have, possibly with renamed path parameters. */
export function compareRoutes(
  reporter: Reporter,
  before: RouteContract,
  after: RouteContract,
  policy: DiffPolicy,
): void {
  compareNames(reporter, before, after, policy);
  compareAnnotations(reporter, before, after);
  compareVersionPolicy(reporter, before.version, after.version);
  compareSecurity(reporter, before.security, after.security);
  for (const part of ['params', 'query', 'headers'] as const) {
    const old = part === 'params' ? renameParameters(before, after) : before[part];
    if (old ?? after[part])
      reporter.compare('request', old ?? UNDECLARED, after[part] ?? UNDECLARED, `request/${part}`);
  }
  compareBodies(reporter, before.body, after.body);
  compareResponses(reporter, before.responses, after.responses);
  compareMessages(reporter, 'request', before.receive, after.receive, 'receive');
  compareMessages(reporter, 'response', before.send, after.send, 'send');
}

function compareNames(
  reporter: Reporter,
  before: RouteContract,
  after: RouteContract,
  { strictness }: DiffPolicy,
): void {
  if (strictness === 'wire') return;
  if (before.path !== after.path)
    reporter.report('path-parameter-renamed', 'request/params', {
      before: before.path,
      after: after.path,
    });
  const [from, now] = [before.name.join('.'), after.name.join('.')];
  if (before.domain !== after.domain)
    reporter.report('route-moved', '', { before: before.domain, after: after.domain });
  else if (from !== now) reporter.report('client-name-changed', '', { before: from, after: now });
}

function compareAnnotations(reporter: Reporter, before: RouteContract, after: RouteContract): void {
  if (before.summary !== after.summary || before.description !== after.description)
    reporter.report('description-changed', '');
  const [was, is] = [before.deprecated ?? false, after.deprecated ?? false];
  if (was !== is) reporter.report('deprecation-changed', '', { after: is ? 'deprecated' : '' });
}

function compareVersionPolicy(
  reporter: Reporter,
  before: string | undefined,
  after: string | undefined,
): void {
  if (before === after) return;
  if (before === undefined) reporter.report('missing-version-set', '', { after });
  else
    reporter.report('missing-version-changed', '', {
      before,
      after: after ?? 'the list of versions',
    });
}

function compareBodies(
  reporter: Reporter,
  before: BodyContract | undefined,
  after: BodyContract | undefined,
): void {
  const path = 'request/body';
  if (!before || !after) {
    if (before) reporter.report('body-removed', path);
    if (after)
      reporter.report(
        after.required || (after.schema.required ?? []).length > 0
          ? 'required-body-added'
          : 'body-added',
        path,
      );
    return;
  }
  if (before.required !== after.required)
    reporter.report(after.required ? 'body-required' : 'body-optional', path);
  for (const name of before.contentTypes)
    if (!after.contentTypes.includes(name)) reporter.report('content-type-removed', path, { name });
  for (const name of after.contentTypes)
    if (!before.contentTypes.includes(name)) reporter.report('content-type-added', path, { name });
  reporter.compare('request', before.schema, after.schema, path);
}

function compareResponses(
  reporter: Reporter,
  before: RouteContract['responses'],
  after: RouteContract['responses'],
): void {
  const [{ default: oldRest, ...old }, { default: newRest, ...now }] = [before, after];
  for (const [name, response] of Object.entries(old)) {
    const other = now[name];
    const path = `response/${name}`;
    if (other) {
      compareResponse(reporter, response, other, path);
      continue;
    }
    reporter.report(isError(name) ? 'error-status-removed' : 'status-removed', path, { name });
    // The new `default` covers this status too.
    if (newRest) compareResponse(reporter, response, newRest, path);
  }
  for (const [name, response] of Object.entries(now)) {
    if (name in old) continue;
    const path = `response/${name}`;
    reporter.report(
      isError(name) ? 'error-status-added' : oldRest ? 'status-named' : 'status-added',
      path,
      { name },
    );
    if (oldRest) compareResponse(reporter, oldRest, response, path);
  }
  if (oldRest && newRest) compareResponse(reporter, oldRest, newRest, 'response/default');
  else if (oldRest ?? newRest)
    reporter.report(
      newRest ? 'default-status-added' : 'default-status-removed',
      'response/default',
    );
}

function compareResponse(
  reporter: Reporter,
  before: ResponseContract,
  after: ResponseContract,
  path: string,
): void {
  if (before.description !== after.description) reporter.report('description-changed', path);
  if (!equalJson(before.examples, after.examples)) reporter.report('examples-changed', path);
  if (before.headers ?? after.headers)
    reporter.compare(
      'response',
      before.headers ?? UNDECLARED,
      after.headers ?? UNDECLARED,
      `${path}/headers`,
    );
  if (!before.schema || !after.schema) {
    if (before.schema ?? after.schema)
      reporter.report(after.schema ? 'content-added' : 'content-removed', path);
    return;
  }
  if (before.contentType !== after.contentType)
    reporter.report('content-type-changed', path, {
      before: before.contentType ?? 'none',
      after: after.contentType ?? 'none',
    });
  if ((before.stream ?? false) !== (after.stream ?? false))
    reporter.report('stream-changed', path, { after: after.stream ? 'stream' : '' });
  reporter.compare('response', before.schema, after.schema, `${path}/body`);
}

/** Compares WebSocket messages. Undeclared messages can be any value. */
function compareMessages(
  reporter: Reporter,
  side: Side,
  before: Schema | undefined,
  after: Schema | undefined,
  path: string,
): void {
  if (before && after) return reporter.compare(side, before, after, path);
  if (before) reporter.report('messages-removed', path, {}, side);
  if (after && side === 'request' && (after.required ?? []).length > 0)
    reporter.compare(side, {}, after, path);
  else if (after) reporter.report('messages-added', path, {}, side);
}

function isError(status: string): boolean {
  return Number(status) >= 400;
}
