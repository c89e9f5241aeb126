import type { Schema } from '@gati/contract';
import { checkInput, closedObject } from '../http/check-input.ts';
import { codeOf, PanelError } from '../http/problem.ts';
import {
  type AuditEvent,
  type AuditLog,
  type AuditResult,
  beginAudit,
  noteAttempt,
} from './audit.ts';
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
  handle(body: Body, call: RouteCall): Promise<RouteReply> | RouteReply;
}

/** A call, and the audit log of its change. */
export interface RouteCall extends AccessCall {
  /**
   * Writes the entry of a login by a person whom the request has just identified. Routes that need
   * a session have an entry before the call.
   *
   * @throws {PanelError} 503 when it can't be written. The change must not be made then
   */
  begin(actor: AuditEvent['actor']): void;
}

/** A reply, and further facts for the audit log. */
export type RouteReply = AccessReply & {
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
  const isNoted = (code: string): boolean => code !== 'too_many_tries' && mayNoteStranger('');
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
        const inputWith = (noted: RouteReply['noted']): Record<string, unknown> | undefined => {
          const facts = { ...Object.fromEntries(shown), ...noted };
          return Object.keys(facts).length > 0 ? facts : undefined;
        };
        const eventOf = (actor: AuditEvent['actor']): Omit<AuditEvent, 'result'> | undefined =>
          options.audit === undefined
            ? undefined
            : { actor, action: options.audit, input: inputWith(undefined) };
        let end: ((result: AuditResult) => void) | undefined;
        const begin = (actor: AuditEvent['actor']): void => {
          const event = eventOf(actor);
          if (event) end = beginAudit(audit, event, now);
        };
        if (rule.role !== 'public') begin(call.actor);
        try {
          const { noted, ...reply } = await options.handle(checked, { ...call, begin });
          end?.({ result: 'done', input: inputWith(noted) });
          return reply;
        } catch (error) {
          const code = codeOf(error);
          const event = eventOf(call.actor);
          if (end) end({ result: 'failed', code });
          else if (event && isNoted(code))
            noteAttempt(audit, { ...event, result: 'failed', code }, now());
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
