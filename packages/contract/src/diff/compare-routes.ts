import type { BodyContract, ResponseContract, RouteContract } from '../contract.ts';
import { equalJson } from '../schema/equal.ts';
import type { Schema } from '../schema/ir.ts';
import type { DiffPolicy } from './change.ts';
import { renameParameters } from './route-shape.ts';
import type { Reporter } from './reporter.ts';
import type { Side } from './comparison.ts';

/** Where nothing is declared, nothing is promised of the fields. */
const UNDECLARED: Schema = { type: 'object' };

/** One route that is in both contracts, possibly with other names for its path parameters. */
export function compareRoutes(
  to: Reporter,
  before: RouteContract,
  after: RouteContract,
  policy: DiffPolicy,
): void {
  compareNames(to, before, after, policy);
  compareNotes(to, before, after);
  compareMissing(to, before.version, after.version);
  for (const slot of ['params', 'query', 'headers'] as const) {
    const old = slot === 'params' ? renameParameters(before, after) : before[slot];
    if (old ?? after[slot])
      to.compare('request', old ?? UNDECLARED, after[slot] ?? UNDECLARED, `request/${slot}`);
  }
  compareBodies(to, before.body, after.body);
  compareResponses(to, before.responses, after.responses);
  compareMessages(to, 'request', before.receive, after.receive, 'receive');
  compareMessages(to, 'response', before.send, after.send, 'send');
}

function compareNames(
  to: Reporter,
  before: RouteContract,
  after: RouteContract,
  { strictness }: DiffPolicy,
): void {
  if (strictness === 'wire') return;
  if (before.path !== after.path)
    to.report('path-parameter-renamed', 'request/params', {
      before: before.path,
      after: after.path,
    });
  const [from, now] = [before.name.join('.'), after.name.join('.')];
  if (before.domain !== after.domain)
    to.report('route-moved', '', { before: before.domain, after: after.domain });
  else if (from !== now) to.report('client-name-changed', '', { before: from, after: now });
}

function compareNotes(to: Reporter, before: RouteContract, after: RouteContract): void {
  if (before.summary !== after.summary || before.description !== after.description)
    to.report('description-changed', '');
  const [was, is] = [before.deprecated ?? false, after.deprecated ?? false];
  if (was !== is) to.report('deprecation-changed', '', { after: is ? 'deprecated' : '' });
}

function compareMissing(to: Reporter, before: string | undefined, after: string | undefined): void {
  if (before === after) return;
  if (before === undefined) to.report('missing-version-set', '', { after });
  else to.report('missing-version-changed', '', { before, after: after ?? 'a choice' });
}

function compareBodies(
  to: Reporter,
  before: BodyContract | undefined,
  after: BodyContract | undefined,
): void {
  const path = 'request/body';
  if (!before || !after) {
    if (before) to.report('body-removed', path);
    if (after)
      to.report(
        after.required || (after.schema.required ?? []).length > 0
          ? 'required-body-added'
          : 'body-added',
        path,
      );
    return;
  }
  if (before.required !== after.required)
    to.report(after.required ? 'body-required' : 'body-optional', path);
  for (const name of before.contentTypes)
    if (!after.contentTypes.includes(name)) to.report('content-type-removed', path, { name });
  for (const name of after.contentTypes)
    if (!before.contentTypes.includes(name)) to.report('content-type-added', path, { name });
  to.compare('request', before.schema, after.schema, path);
}

function compareResponses(
  to: Reporter,
  before: RouteContract['responses'],
  after: RouteContract['responses'],
): void {
  const [{ default: oldRest, ...old }, { default: newRest, ...now }] = [before, after];
  for (const [name, response] of Object.entries(old)) {
    const other = now[name];
    const path = `response/${name}`;
    if (other) {
      compareResponse(to, response, other, path);
      continue;
    }
    to.report(isError(name) ? 'error-status-removed' : 'status-removed', path, { name });
    // The status is still possible where the rest is not known, and then as the rest says.
    if (newRest) compareResponse(to, response, newRest, path);
  }
  for (const [name, response] of Object.entries(now)) {
    if (name in old) continue;
    const path = `response/${name}`;
    to.report(
      isError(name) ? 'error-status-added' : oldRest ? 'status-named' : 'status-added',
      path,
      { name },
    );
    if (oldRest) compareResponse(to, oldRest, response, path);
  }
  if (oldRest && newRest) compareResponse(to, oldRest, newRest, 'response/default');
  else if (oldRest ?? newRest)
    to.report(newRest ? 'default-status-added' : 'default-status-removed', 'response/default');
}

function compareResponse(
  to: Reporter,
  before: ResponseContract,
  after: ResponseContract,
  path: string,
): void {
  if (before.description !== after.description) to.report('description-changed', path);
  if (!equalJson(before.examples, after.examples)) to.report('examples-changed', path);
  if (!before.schema || !after.schema) {
    if (before.schema ?? after.schema)
      to.report(after.schema ? 'content-added' : 'content-removed', path);
    return;
  }
  if (before.contentType !== after.contentType)
    to.report('content-type-changed', path, {
      before: before.contentType ?? 'none',
      after: after.contentType ?? 'none',
    });
  if ((before.stream ?? false) !== (after.stream ?? false))
    to.report('stream-changed', path, { after: after.stream ? 'stream' : '' });
  to.compare('response', before.schema, after.schema, `${path}/body`);
}

/** Undeclared messages are of any kind, as those of a body are. */
function compareMessages(
  to: Reporter,
  side: Side,
  before: Schema | undefined,
  after: Schema | undefined,
  path: string,
): void {
  if (before && after) return to.compare(side, before, after, path);
  if (before) to.report('messages-removed', path, {}, side);
  if (after && side === 'request' && (after.required ?? []).length > 0)
    to.compare(side, {}, after, path);
  else if (after) to.report('messages-added', path, {}, side);
}

function isError(status: string): boolean {
  return Number(status) >= 400;
}
