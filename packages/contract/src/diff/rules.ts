import type { Level } from './levels.ts';

/** What a rule's sentence is filled with. */
export interface Detail {
  /** The field, value, keyword, status or media type that changed. */
  name?: string;
  before?: string;
  after?: string;
}

export interface Rule {
  /** Where the value comes from the client. */
  request: Level;
  /** Where the value goes to the client. */
  response: Level;
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

/** Rule ids are part of what `gati diff --json` prints. */
export type RuleId =
  | 'route-added'
  | 'route-removed'
  | 'route-moved'
  | 'client-name-changed'
  | 'path-parameter-renamed'
  | 'missing-version-set'
  | 'missing-version-changed'
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

/** Every rule of the diff by its id. An id never changes its meaning: scripts and exceptions refer to it. */
export const DIFF_RULES: Record<RuleId, Rule> = {
  'route-added': always('minor', () => 'The route is new.'),
  'route-removed': always('major', () => 'The route is gone.'),
  'route-moved': always(
    'major',
    (detail) => `The route moved ${change(detail)}, so the client's path to it changes.`,
  ),
  'client-name-changed': always(
    'major',
    (detail) => `The client's path to the route changed ${change(detail)}.`,
  ),
  'path-parameter-renamed': always(
    'major',
    (detail) => `The path parameter was renamed ${change(detail)}.`,
  ),
  'missing-version-set': always(
    'minor',
    ({ after }) => `A request without a version now gets ${after}.`,
  ),
  'missing-version-changed': always(
    'major',
    (detail) => `What a request without a version gets changed ${change(detail)}.`,
  ),
  'deprecation-changed': always('patch', ({ after }) =>
    after ? 'It is deprecated now.' : 'It is no longer deprecated.',
  ),
  'description-changed': always('patch', () => 'The description changed.'),
  'examples-changed': always('patch', () => 'The examples changed.'),

  'body-added': always('minor', () => 'A body is read now; it may be left out.'),
  'required-body-added': always(
    'major',
    () => 'A body is read now, and it is required or has required fields.',
  ),
  'body-removed': always('minor', () => 'The body is no longer read.'),
  'body-required': always('major', () => 'The body is required now.'),
  'body-optional': always('minor', () => 'The body may be left out now.'),
  'content-type-added': always('minor', ({ name }) => `The content type ${name} is accepted now.`),
  'content-type-removed': always(
    'major',
    ({ name }) => `The content type ${name} is no longer accepted.`,
  ),
  'content-type-changed': always(
    'major',
    (detail) => `The content type changed ${change(detail)}.`,
  ),

  'status-added': always('major', ({ name }) => `The status ${name} is new.`),
  'status-removed': always('major', ({ name }) => `The status ${name} is gone.`),
  'status-named': always(
    'minor',
    ({ name }) => `The status ${name}, which the default covered, has a description of its own.`,
  ),
  'error-status-added': always('minor', ({ name }) => `The error status ${name} is new.`),
  'error-status-removed': always('minor', ({ name }) => `The error status ${name} is gone.`),
  'default-status-added': always('major', () => 'Statuses that are not known are possible now.'),
  'default-status-removed': always('minor', () => 'All statuses are known now.'),
  'content-added': always('minor', () => 'The answer has content now.'),
  'content-removed': always('major', () => 'The answer has no content any more.'),
  'stream-changed': always('major', ({ after }) =>
    after ? 'The answer is a stream of events now.' : 'The answer is no stream of events any more.',
  ),
  'messages-added': always('minor', () => 'Messages are described now.'),
  'messages-removed': {
    request: 'minor',
    response: 'major',
    message: () => 'Messages are no longer described.',
  },

  'effect-added': always('minor', () => 'The effect is new.'),
  'effect-removed': always(
    'major',
    () => 'The effect is gone, and with it the code for what is queued.',
  ),
  'code-changed': always('patch', () => 'The code changed, the contract did not.'),

  'type-changed': always('major', (detail) => `The type changed ${change(detail)}.`),
  'type-widened': widened((detail) => `The type was widened ${change(detail)}.`),
  'type-narrowed': narrowed((detail) => `The type was narrowed ${change(detail)}.`),
  'null-added': widened(() => 'It may be null now.'),
  'null-removed': narrowed(() => 'It may not be null any more.'),
  'enum-value-added': widened(({ name }) => `The value ${name} was added.`),
  'enum-value-removed': narrowed(({ name }) => `The value ${name} was removed.`),
  'enum-opened': widened(
    ({ after }) => `It is no longer one of a list of values but any ${after}.`,
  ),
  'enum-closed': narrowed(
    ({ before }) => `It is no longer any ${before} but one of a list of values.`,
  ),
  'const-changed': always('major', (detail) => `The constant changed ${change(detail)}.`),
  'union-member-added': widened(({ name }) => `The alternative ${name} was added.`),
  'union-member-removed': narrowed(({ name }) => `The alternative ${name} was removed.`),
  'codec-changed': always(
    'major',
    (detail) => `What the value is in code changed ${change(detail)}.`,
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
    ({ name }) => `The field ${name} was added where other values were promised for any name.`,
  ),
  'field-removed': {
    request: 'minor',
    response: 'major',
    message: ({ name }) => `The field ${name} was removed.`,
  },
  'field-refused': always(
    'major',
    ({ name }) => `The field ${name} was removed and what was sent there is refused now.`,
  ),
  'field-required': narrowed(({ name }) => `The field ${name} is required now.`),
  'field-optional': widened(({ name }) => `The field ${name} may be missing now.`),
  'additional-closed': narrowed(() => 'Fields that are not declared are refused now.'),
  'additional-opened': {
    request: 'minor',
    response: 'patch',
    message: () => 'Fields that are not declared are let through now.',
  },
  'default-changed': {
    request: 'minor',
    response: 'patch',
    message: (detail) => `The default changed ${change(detail)}.`,
  },
  undecidable: always(
    'major',
    () => 'The schema changed in a way that could not be shown to be compatible.',
  ),
};
