import { schemeIdentity, type SecurityRequirement, type SecurityScheme } from './scheme.ts';

/**
 * Combines two requirements that a request must both meet: joins each alternative of one with each
 * alternative of the other. A scheme that occurs in both gets the scopes of both.
 */
export function combineSecurity(
  outer: SecurityRequirement,
  inner: SecurityRequirement,
): SecurityRequirement {
  if (outer.length === 0) return inner;
  if (inner.length === 0) return outer;
  const combined = outer.flatMap((one) => inner.map((other) => joinSchemes(one, other)));
  return [...new Map(combined.map((schemes) => [JSON.stringify(schemes), schemes])).values()];
}

function joinSchemes(
  outer: readonly SecurityScheme[],
  inner: readonly SecurityScheme[],
): SecurityScheme[] {
  const byIdentity = new Map<string, SecurityScheme>();
  for (const scheme of [...outer, ...inner]) {
    const identity = schemeIdentity(scheme);
    const known = byIdentity.get(identity);
    const scopes = [...new Set([...(known?.scopes ?? []), ...(scheme.scopes ?? [])])];
    byIdentity.set(identity, { ...known, ...scheme, ...(scopes.length > 0 && { scopes }) });
  }
  return [...byIdentity.values()];
}

/** Whether credentials that meet the alternative `having` also meet the alternative `needed`. */
export function includesSchemes(
  having: readonly SecurityScheme[],
  needed: readonly SecurityScheme[],
): boolean {
  return needed.every((scheme) =>
    having.some(
      (other) =>
        schemeIdentity(other) === schemeIdentity(scheme) &&
        (scheme.scopes ?? []).every((scope) => other.scopes?.includes(scope)),
    ),
  );
}
