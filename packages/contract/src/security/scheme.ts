/**
 * One way in which a client authenticates: a bearer token (RFC 6750), a name with a password (RFC
 * 7617), a key, or a token of OpenID Connect. A cookie is a key in a cookie.
 */
export type SecurityScheme =
  | { type: 'bearer'; format?: string; scopes?: string[]; realm?: string; description?: string }
  | { type: 'basic'; scopes?: string[]; realm?: string; description?: string }
  | {
      type: 'apiKey';
      in: 'header' | 'query' | 'cookie';
      name: string;
      scopes?: string[];
      description?: string;
    }
  | { type: 'openIdConnect'; url: string; scopes?: string[]; realm?: string; description?: string };

/**
 * Credentials that a route requires: all schemes of one alternative. An empty alternative requires
 * none. An empty list makes the route public.
 */
export type SecurityRequirement = SecurityScheme[][];

/**
 * Returns a key that two schemes share if one credential meets both: everything except the scopes.
 */
export function schemeIdentity(scheme: SecurityScheme): string {
  switch (scheme.type) {
    case 'apiKey':
      return `apiKey ${scheme.in} ${scheme.in === 'header' ? scheme.name.toLowerCase() : scheme.name}`;
    case 'openIdConnect':
      return `openIdConnect ${scheme.url}`;
    default:
      return scheme.type;
  }
}

/** Returns the name of a scheme in documents: `bearer`, `apiKey`, `cookie`. */
export function schemeName(scheme: SecurityScheme): string {
  return scheme.type === 'apiKey' && scheme.in === 'cookie' ? 'cookie' : scheme.type;
}
