import { schemeName, type SecurityRequirement, type SecurityScheme } from './scheme.ts';

/** Describes for people what a request needs: `bearer (admin) or apiKey X-Key`. */
export function describeSecurity(security: SecurityRequirement): string {
  return security
    .filter((schemes) => schemes.length > 0)
    .map((schemes) => schemes.map(describeScheme).join(' and '))
    .join(' or ');
}

function describeScheme(scheme: SecurityScheme): string {
  const name = scheme.type === 'apiKey' ? `${schemeName(scheme)} ${scheme.name}` : scheme.type;
  return scheme.scopes === undefined ? name : `${name} (${scheme.scopes.join(', ')})`;
}
