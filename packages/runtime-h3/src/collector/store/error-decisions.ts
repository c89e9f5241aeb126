import { compareSemver, parseSemver } from '@gati/contract';
import type { ErrorChange, ErrorGroup } from '../../types/telemetry-source.ts';
import type { Statements } from './statements.ts';

/** Row of a decision of a person about a group of errors. */
interface StoredDecision {
  state: 'muted' | 'resolved' | 'reopened';
  by: string;
  at: number;
  /** Version of the last error when it was resolved. */
  version?: string;
}

/** Sets or takes back a decision. Returns whether there is such a group. */
export function decideError(on: Statements, { id, state, by }: ErrorChange, now: number): boolean {
  const [row] = on.all('SELECT last_version FROM errors WHERE id = ?', id);
  if (!row) return false;
  const version = row.last_version as string | null;
  const decision: StoredDecision | undefined =
    state === 'open'
      ? undefined
      : { state, by: by.slice(0, 200), at: now, ...(version !== null && { version }) };
  on.run(
    'UPDATE errors SET decision = ? WHERE id = ?',
    decision ? JSON.stringify(decision) : null,
    id,
  );
  return true;
}

/** Returns the decision after further errors: a resolved group opens if a newer release has them. */
export function decisionAfter(
  stored: string | null,
  { lastVersion }: Pick<ErrorGroup, 'lastVersion'>,
): string | null {
  if (stored === null) return null;
  const decision = JSON.parse(stored) as StoredDecision;
  if (decision.state !== 'resolved' || !isNewer(lastVersion, decision.version)) return stored;
  return JSON.stringify({ ...decision, state: 'reopened' } satisfies StoredDecision);
}

/** Without a version, any later error counts. */
function isNewer(version: string | undefined, than: string | undefined): boolean {
  if (than === undefined) return true;
  const [one, other] = [parseSemver(version ?? ''), parseSemver(than)];
  return one !== undefined && other !== undefined && compareSemver(one, other) > 0;
}

export function readDecision(stored: string | null): Pick<ErrorGroup, 'decision' | 'isReopened'> {
  if (stored === null) return {};
  const { state, by, at } = JSON.parse(stored) as StoredDecision;
  return state === 'reopened' ? { isReopened: true } : { decision: { state, by, at } };
}
