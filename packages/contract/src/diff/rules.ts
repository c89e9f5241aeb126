/**
 * The rules of the diff: what a kind of change means to clients, and the sentence that reports it. Where
 * a change is found, `compare-*.ts` calls `report()` with the id of its rule. To add a rule, add its id
 * and its row here and report it there.
 */

import type { Level } from './levels.ts';

/** The values that the message of a {@link Rule} mentions. */
export interface Detail {
  /** The field, value, keyword, status or media type that changed. */
  name?: string;
  before?: string;
  after?: string;
}

/** One kind of change: how much it means to clients, and the sentence that reports it. */
export interface Rule {
  /** Level of the change in a value that the client sends. */
  request: Level;
  /** Level of the change in a value that the client receives. */
  response: Level;
  /** Returns one sentence for people, with a full stop. */
  message(detail: Detail): string;
}

type Message = Rule['message'];

const widened = (message: Message): Rule => ({ request: 'minor', response: 'major', message });
const narrowed = (message: Message): Rule => ({ request: 'major', response: 'minor', message });
const always = (level: Level, message: Message): Rule => ({
  request: level,
  response: level,
  message,
});

const change = ({ before, after }: Detail): string => `from ${before} to ${after}`;

/** Id of a {@link Rule}, as `gati diff --json` prints it. */
export type RuleId =
  | 'route-added'
  | 'route-removed'
  | 'route-moved'
  | 'client-name-changed'
  | 'path-parameter-renamed'
  | 'missing-version-set'
  | 'missing-version-changed'
  | 'credential-required'
  | 'credential-optional'
  | 'credential-added'
  | 'credential-removed'
  | 'deprecation-changed'
  | 'description-changed'
  | 'examples-changed'
  | 'body-added'
  | 'required-body-added'
  | 'body-removed'
  | 'body-required'
  | 'body-optional'
  | 'content-type-added'
  | 'content-type-removed'
  | 'content-type-changed'
  | 'status-added'
  | 'status-removed'
  | 'status-named'
  | 'error-status-added'
  | 'error-status-removed'
  | 'default-status-added'
  | 'default-status-removed'
  | 'content-added'
  | 'content-removed'
  | 'stream-changed'
  | 'messages-added'
  | 'messages-removed'
  | 'effect-added'
  | 'effect-removed'
  | 'code-changed'
  | 'module-added'
  | 'module-removed'
  | 'module-source-changed'
  | 'method-added'
  | 'method-removed'
  | 'method-stream-changed'
  | 'method-retries-changed'
  | 'type-changed'
  | 'type-widened'
  | 'type-narrowed'
  | 'null-added'
  | 'null-removed'
  | 'enum-value-added'
  | 'enum-value-removed'
  | 'enum-opened'
  | 'enum-closed'
  | 'const-changed'
  | 'union-member-added'
  | 'union-member-removed'
  | 'codec-changed'
  | 'bound-widened'
  | 'bound-narrowed'
  | 'constraint-added'
  | 'constraint-removed'
  | 'constraint-widened'
  | 'constraint-narrowed'
  | 'constraint-changed'
  | 'field-added'
  | 'required-field-added'
  | 'field-added-to-record'
  | 'field-removed'
  | 'field-refused'
  | 'field-required'
  | 'field-optional'
  | 'additional-closed'
  | 'additional-opened'
  | 'default-changed'
  | 'undecidable';

/**
 * All rules of the diff by id. An id never changes its meaning, because scripts and exceptions
 * refer to it.
 */
export const DIFF_RULES: Record<RuleId, Rule> = {
  'route-added': always('minor', () => 'The route was added.'),
  'route-removed': always('major', () => 'The route was removed.'),
  'route-moved': always(
    'major',
    (detail) => `The route moved ${change(detail)}, so its path in the client changes.`,
  ),
  'client-name-changed': always(
    'major',
    (detail) => `The path of the route in the client changed ${change(detail)}.`,
  ),
  'path-parameter-renamed': always(
    'major',
    (detail) => `A path parameter was renamed: the path changed ${change(detail)}.`,
  ),
  'missing-version-set': always(
    'minor',
    ({ after }) => `A request without a version now gets ${after}.`,
  ),
  'missing-version-changed': always(
    'major',
    ({ before, after }) => `A request without a version now gets ${after} instead of ${before}.`,
  ),
  'credential-required': always('major', ({ name }) => `Requests now need credentials: ${name}.`),
  'credential-optional': always('minor', ({ name }) => `Requests no longer need ${name}.`),
  'credential-added': always('minor', ({ name }) => `Requests can now use ${name}.`),
  'credential-removed': always(
    'major',
    ({ name }) => `Requests with ${name} only are now rejected.`,
  ),
  'deprecation-changed': always('patch', ({ after }) =>
    after ? 'It is now deprecated.' : 'It is no longer deprecated.',
  ),
  'description-changed': always('patch', () => 'The description changed.'),
  'examples-changed': always('patch', () => 'The examples changed.'),

  'body-added': always('minor', () => 'An optional body was added.'),
  'required-body-added': always(
    'major',
    () => 'A body was added that is required or has required fields.',
  ),
  'body-removed': always('minor', () => 'The body is no longer read.'),
  'body-required': always('major', () => 'The body is now required.'),
  'body-optional': always('minor', () => 'The body is now optional.'),
  'content-type-added': always('minor', ({ name }) => `The content type ${name} is now accepted.`),
  'content-type-removed': always(
    'major',
    ({ name }) => `The content type ${name} is no longer accepted.`,
  ),
  'content-type-changed': always(
    'major',
    (detail) => `The content type changed ${change(detail)}.`,
  ),

  'status-added': always('major', ({ name }) => `The status ${name} was added.`),
  'status-removed': always('major', ({ name }) => `The status ${name} was removed.`),
  'status-named': always(
    'minor',
    ({ name }) =>
      `The status ${name} now has its own response; the default response covered it before.`,
  ),
  'error-status-added': always('minor', ({ name }) => `The error status ${name} was added.`),
  'error-status-removed': always('minor', ({ name }) => `The error status ${name} was removed.`),
  'default-status-added': always('major', () => 'Responses with other statuses are now possible.'),
  'default-status-removed': always('minor', () => 'All possible statuses are now listed.'),
  'content-added': always('minor', () => 'The response now has content.'),
  'content-removed': always('major', () => 'The response no longer has content.'),
  'stream-changed': always('major', ({ after }) =>
    after ? 'The response is now an event stream.' : 'The response is no longer an event stream.',
  ),
  'messages-added': always('minor', () => 'The type of the messages is now declared.'),
  'messages-removed': {
    request: 'minor',
    response: 'major',
    message: () => 'The type of the messages is no longer declared.',
  },

  'effect-added': always('minor', () => 'The effect was added.'),
  'effect-removed': always(
    'major',
    () => 'The effect was removed, and with it the code for its queued jobs.',
  ),
  'code-changed': always('patch', () => 'The code changed, but the contract did not.'),

  'module-added': always('minor', () => 'The foreign module was added.'),
  'module-removed': always('major', () => 'The foreign module was removed.'),
  'module-source-changed': always(
    'patch',
    (detail) => `The source of the module changed ${change(detail)}.`,
  ),
  'method-added': always('minor', ({ name }) => `The method ${name} was added.`),
  'method-removed': always('major', ({ name }) => `The method ${name} was removed.`),
  'method-stream-changed': always('major', ({ after }) =>
    after ? 'The method now responds with a stream.' : 'The method no longer streams.',
  ),
  'method-retries-changed': always('patch', ({ after }) =>
    after ? 'The method is now idempotent.' : 'The method is no longer idempotent.',
  ),

  'type-changed': always('major', (detail) => `The type changed ${change(detail)}.`),
  'type-widened': widened((detail) => `The type was widened ${change(detail)}.`),
  'type-narrowed': narrowed((detail) => `The type was narrowed ${change(detail)}.`),
  'null-added': widened(() => 'It can now be null.'),
  'null-removed': narrowed(() => 'It can no longer be null.'),
  'enum-value-added': widened(({ name }) => `The value ${name} was added.`),
  'enum-value-removed': narrowed(({ name }) => `The value ${name} was removed.`),
  'enum-opened': widened(
    ({ after }) => `It can now be any ${after}, not only one of the listed values.`,
  ),
  'enum-closed': narrowed(
    ({ before }) => `It must now be one of the listed values, not any ${before}.`,
  ),
  'const-changed': always('major', (detail) => `The constant changed ${change(detail)}.`),
  'union-member-added': widened(({ name }) => `The alternative ${name} was added.`),
  'union-member-removed': narrowed(({ name }) => `The alternative ${name} was removed.`),
  'codec-changed': always(
    'major',
    (detail) => `The type of the value in code changed ${change(detail)}.`,
  ),
  'bound-widened': widened((detail) => `The bound ${detail.name} was widened ${change(detail)}.`),
  'bound-narrowed': narrowed(
    (detail) => `The bound ${detail.name} was narrowed ${change(detail)}.`,
  ),
  'constraint-added': narrowed(({ name, after }) => `The constraint ${name} ${after} was added.`),
  'constraint-removed': widened(
    ({ name, before }) => `The constraint ${name} ${before} was removed.`,
  ),
  'constraint-widened': widened(
    (detail) => `The constraint ${detail.name} was widened ${change(detail)}.`,
  ),
  'constraint-narrowed': narrowed(
    (detail) => `The constraint ${detail.name} was narrowed ${change(detail)}.`,
  ),
  'constraint-changed': always(
    'major',
    (detail) => `The constraint ${detail.name} changed ${change(detail)}.`,
  ),

  'field-added': always('minor', ({ name }) => `The field ${name} was added.`),
  'required-field-added': {
    request: 'major',
    response: 'minor',
    message: ({ name }) => `The required field ${name} was added.`,
  },
  'field-added-to-record': always(
    'major',
    ({ name }) =>
      `The field ${name} was added to an object whose undeclared fields have another type.`,
  ),
  'field-removed': {
    request: 'minor',
    response: 'major',
    message: ({ name }) => `The field ${name} was removed.`,
  },
  'field-refused': always(
    'major',
    ({ name }) => `The field ${name} was removed, and requests that contain it are now rejected.`,
  ),
  'field-required': narrowed(({ name }) => `The field ${name} is now required.`),
  'field-optional': widened(({ name }) => `The field ${name} is now optional.`),
  'additional-closed': narrowed(() => 'Undeclared fields are no longer allowed.'),
  'additional-opened': {
    request: 'minor',
    response: 'patch',
    message: () => 'Undeclared fields are now allowed.',
  },
  'default-changed': {
    request: 'minor',
    response: 'patch',
    message: (detail) => `The default changed ${change(detail)}.`,
  },
  undecidable: always(
    'major',
    () => 'The schema changed in a way that cannot be proved compatible.',
  ),
};
