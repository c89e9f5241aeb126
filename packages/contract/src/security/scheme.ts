/**
 * One way in which a client shows who it is: a bearer token (RFC 6750), a name with a password
 * (RFC 7617), a key, or a token of OpenID Connect. A cookie is a key in a cookie.
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
 * What a route requires: one of the alternatives, and each scheme of it. An empty alternative needs
 * nothing; an empty list is a public route.
 */
export type SecurityRequirement = SecurityScheme[][];

/** Returns text that two schemes share if one credential serves both: everything but the scopes. */
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
