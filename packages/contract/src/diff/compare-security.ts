import { includesSchemes } from '../security/combine.ts';
import { describeSecurity } from '../security/describe.ts';
import type { SecurityRequirement, SecurityScheme } from '../security/scheme.ts';
import type { Reporter } from './reporter.ts';

const PATH = 'request/security';
/** The one alternative of a public route. */
const NOTHING: SecurityScheme[] = [];

/**
 * Compares the credentials that a route requires. Reports a change after which the credentials of
 * an existing client no longer suffice.
 */
export function compareSecurity(
  reporter: Reporter,
  before: SecurityRequirement | undefined,
  after: SecurityRequirement | undefined,
): void {
  const [old, now] = [alternatives(before), alternatives(after)];
  for (const had of old) {
    if (now.some((needed) => includesSchemes(had, needed))) continue;
    if (had.length > 0)
      reporter.report('credential-removed', PATH, { name: describeSecurity([had]) });
    else reporter.report('credential-required', PATH, { name: describeSecurity(now) });
  }
  for (const needed of now) {
    if (old.some((had) => includesSchemes(needed, had))) continue;
    if (needed.length === 0)
      reporter.report('credential-optional', PATH, { name: describeSecurity(old) });
    else reporter.report('credential-added', PATH, { name: describeSecurity([needed]) });
  }
}

function alternatives(security: SecurityRequirement | undefined): SecurityRequirement {
  return security === undefined || security.length === 0 ? [NOTHING] : security;
}
