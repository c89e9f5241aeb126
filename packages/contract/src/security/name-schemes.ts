import {
  schemeIdentity,
  schemeName,
  type SecurityRequirement,
  type SecurityScheme,
} from './scheme.ts';

/**
 * Returns the schemes that routes require, each with a unique name: `bearer`, `apiKey`, `apiKey2`.
 * In the order of the routes.
 */
export function nameSchemes(
  routes: readonly { security?: SecurityRequirement }[],
): Map<string, SecurityScheme> {
  const names = new Map<string, SecurityScheme>();
  const known = new Set<string>();
  for (const scheme of routes.flatMap(({ security }) => security?.flat() ?? [])) {
    const identity = schemeIdentity(scheme);
    if (known.has(identity)) continue;
    known.add(identity);
    const wanted = schemeName(scheme);
    let name = wanted;
    for (let number = 2; names.has(name); number++) name = `${wanted}${number}`;
    names.set(name, scheme);
  }
  return names;
}
