import type { Schema } from '@gati/contract';
import { checkInput, closedObject } from '../http/check-input.ts';
import { PanelError } from '../http/problem.ts';
import { type AuditEvent, type AuditLog, toAuditEntry } from './audit.ts';
import type { AccessCall, AccessReply, AccessRoute } from './gate.ts';
import { createHourlyLimit } from './hourly-limit.ts';
import type { Rule } from './rule.ts';

interface RouteOptions<Body> {
  /** Below `/_control/api/access/`. */
  path: string;
  rule: Rule;
  /** Properties of the body; there are no others. */
  body: Record<string, Schema>;
  optional?: readonly (keyof Body & string)[];
  /** Name in the audit log. Absent: the request changes nothing and is not logged. */
  audit?: string;
  /** Properties that the audit log shows; none by default. */
  shown?: readonly (keyof Body & string)[];
  handle(body: Body, call: AccessCall): Promise<RouteReply> | RouteReply;
}

/** A reply, and further facts for the audit log. */
export type RouteReply = AccessReply & {
  /** The person who has just been identified. */
  actor?: AuditEvent['actor'];
  /** Facts about the change that the request made. */
  noted?: Record<string, string>;
};

/**
 * Maximum number of failed logins per hour in the audit log. With more, strangers could displace
 * its entries.
 */
const MAX_FAILURES = 200;
/**
 * Maximum number of changes of access per hour by one person. With more, a person could displace
 * the entries of others.
 */
const MAX_CHANGES = 500;

/** Defines a POST whose body is checked and whose result is written to the audit log. */
export function createDefineRoute(audit: AuditLog, now: () => number) {
  const mayNoteStranger = createHourlyLimit(MAX_FAILURES, now);
  const mayChange = createHourlyLimit(MAX_CHANGES, now);
  return <Body>({ path, rule, body, optional, ...options }: RouteOptions<Body>): AccessRoute => {
    const schema = closedObject(body, optional);
    return {
      method: 'POST',
      path: `access/${path}`,
      rule,
      async handle(call) {
        const { kind, id } = call.actor;
        if (options.audit !== undefined && kind !== 'anyone' && !mayChange(id))
          throw new PanelError(429, 'too_many_changes', 'Too many changes of access in this hour.');
        const checked = checkInput<Body & Record<string, unknown>>(schema, call.body);
        const shown = (options.shown ?? []).map((name) => [name, checked[name]] as const);
        const note = (
          event: Pick<AuditEvent, 'actor' | 'result' | 'code'>,
          noted: RouteReply['noted'] = {},
        ): void => {
          if (options.audit === undefined) return;
          const facts = { ...Object.fromEntries(shown), ...noted };
          const input = Object.keys(facts).length > 0 ? facts : undefined;
          audit.append(toAuditEntry({ ...event, action: options.audit, input }, now()));
        };
        try {
          const { actor = call.actor, noted, ...reply } = await options.handle(checked, call);
          note({ actor, result: 'done' }, noted);
          return reply;
        } catch (error) {
          const code = error instanceof PanelError ? error.code : 'internal';
          const isKnown = call.actor.kind !== 'anyone';
          if (code !== 'too_many_tries' && (isKnown || mayNoteStranger('')))
            note({ actor: call.actor, result: 'failed', code });
          throw error;
        }
      },
    };
  };
}

export type DefineRoute = ReturnType<typeof createDefineRoute>;

export const TEXT: Schema = { type: 'string', minLength: 1, maxLength: 200 };
export const NAME: Schema = {
  type: 'string',
  minLength: 1,
  maxLength: 60,
  pattern: '^\\S(.*\\S)?$',
};
export const SECRET: Schema = { type: 'string', pattern: '^[\\w-]{43}$' };
export const DIGITS: Schema = { type: 'string', pattern: '^\\d{6}$' };
/** The library checks what browsers send for a passkey. */
export const PASSKEY: Schema = {
  type: 'object',
  properties: { id: { type: 'string', minLength: 1, maxLength: 1400 } },
  required: ['id'],
};
