import { schemeIdentity, type SecurityRequirement, type SecurityScheme } from './scheme.ts';

/**
 * Returns what a request needs that has to meet both requirements: each alternative of the one with
 * each of the other. The scopes of a scheme in both are joined.
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

/** Whether whatever meets the alternative `having` meets `needed` as well. */
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
