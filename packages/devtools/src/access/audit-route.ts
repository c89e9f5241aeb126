import { PanelError } from '../http/problem.ts';
import type { AuditLog } from './audit.ts';
import type { AccessRoute } from './gate.ts';

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 500;

/** Lists the audit log. */
export function auditRoute(audit: AuditLog): AccessRoute {
  return {
    method: 'GET',
    path: 'access/audit',
    rule: { role: 'operator', acts: false, stepUp: false },
    handle: ({ search }) => ({ body: audit.list(readQuery(search)) }),
  };
}

function readQuery(search: string): { limit: number; cursor?: string } {
  const params = new URLSearchParams(search);
  const { limit = String(DEFAULT_LIMIT), cursor, ...others } = Object.fromEntries(params);
  const count = /^\d{1,4}$/.test(limit) ? Number(limit) : 0;
  if (count < 1 || count > MAX_LIMIT || Object.keys(others).length > 0)
    throw new PanelError(
      400,
      'invalid_parameter',
      `Use only limit (1 to ${MAX_LIMIT}) and cursor.`,
    );
  return { limit: count, ...(cursor !== undefined && { cursor: cursor.slice(0, 100) }) };
}
