import type { Schema } from '@gati/contract';
import { type Actor, hasRole } from '../access/actor.ts';
import { type AuditLog, beginAudit, noteAttempt } from '../access/audit.ts';
import { createHourlyLimit } from '../access/hourly-limit.ts';
import type { Rule } from '../access/rule.ts';
import { type ActionInfo, type ActionResponse, ROLES } from '../api/access.ts';
import { checkInput, closedObject } from '../http/check-input.ts';
import { codeOf, PanelError } from '../http/problem.ts';
import type { Action } from './action.ts';

const NAME = /^[a-z][a-z-]*(?:\.[a-z][a-z-]*)+$/;
/** Maximum number of characters of a reason. */
const MAX_REASON = 500;
/**
 * Maximum number of refused attempts per hour of one person in the audit log. With more, a person
 * could displace the entries of others.
 */
const MAX_REFUSED = 200;

/** All actions of a panel. Pages, the CLI and agents run the same actions. */
export interface Actions {
  /** Describes the actions that the actor's role allows. */
  list(actor: Actor): ActionInfo[];
  /** @throws {PanelError} 404 when there is none with this name */
  rule(name: string): Rule;
  /**
   * Runs an action of an authorised actor. Its entry is in the audit log before the action runs.
   *
   * @param body `{ input, reason }`
   * @throws {PanelError} 400 for a wrong input, 503 when the audit log can't be written, or what
   * the action throws
   */
  run(name: string, actor: Actor, body: unknown): Promise<ActionResponse>;
  /** Logs an attempt that was not authorised. */
  refuse(name: string, actor: Actor, code: string): void;
}

/**
 * @throws {TypeError} when an action has no valid name, role or schema, so that no rule would
 * protect it
 */
export function createActions(
  list: readonly Action[],
  {
    audit,
    now,
    settle = async () => {},
  }: {
    audit: AuditLog;
    now: () => number;
    /** Resolves when all processes of the panel can read the entry of the audit log. */
    settle?: () => Promise<void>;
  },
): Actions {
  const mayNote = createHourlyLimit(MAX_REFUSED, now);
  const byName = new Map<string, Action>();
  for (const action of list) {
    const isGuarded = ROLES.includes(action.role) && typeof action.stepUp === 'boolean';
    if (!NAME.test(action.name) || byName.has(action.name) || !isGuarded)
      throw new TypeError(
        `The action ${JSON.stringify(action.name)} has no rule, or a wrong name.`,
      );
    if (action.schema.additionalProperties !== false)
      throw new TypeError(`The schema of the action ${action.name} is not a closed object.`);
    byName.set(action.name, action);
  }

  function find(name: string): Action {
    const action = byName.get(name);
    if (!action) throw new PanelError(404, 'not_found', 'The panel has no such action.');
    return action;
  }

  return {
    list: (actor) =>
      [...byName.values()]
        .filter(({ role }) => hasRole(actor, role))
        .map((action) => {
          const { name, summary, role, stepUp, schema } = action;
          return { name, summary, role, stepUp, needsReason: needsReason(action), schema };
        }),
    rule(name) {
      const { role, stepUp } = find(name);
      return { role, stepUp, acts: true };
    },
    async run(name, actor, body) {
      const action = find(name);
      const { input, reason } = checkInput<{ input: unknown; reason?: string }>(
        bodySchema(action),
        body,
      );
      const event = { actor, action: name, input, ...(reason && { reason }) };
      const end = beginAudit(audit, event, now);
      await settle();
      try {
        const result = await action.run(input, { actor, reason, now: now() });
        end({ result: 'done' });
        return { result: result ?? null };
      } catch (error) {
        end({ result: 'failed', code: codeOf(error) });
        throw error;
      }
    },
    refuse(name, actor, code) {
      if (byName.has(name) && mayNote(actor.id))
        noteAttempt(audit, { actor, action: name, result: 'refused', code }, now());
    },
  };
}

const needsReason = ({ stepUp, needsReason: needs = stepUp }: Action): boolean => needs;

function bodySchema(action: Action): Schema {
  const reason: Schema = { type: 'string', minLength: 1, maxLength: MAX_REASON };
  return closedObject({ input: action.schema, reason }, needsReason(action) ? [] : ['reason']);
}
