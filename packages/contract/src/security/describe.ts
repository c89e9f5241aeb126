import { schemeName, type SecurityRequirement, type SecurityScheme } from './scheme.ts';

/** Describes for people what a request needs: `bearer (admin) or apiKey X-Key`. */
export function describeSecurity(security: SecurityRequirement): string {
  const alternatives = security.filter((schemes) => schemes.length > 0);
  const hasSeveral = alternatives.some((schemes) => schemes.length > 1);
  return alternatives
    .map((schemes) => schemes.map(describeScheme).join(' and '))
    .join(hasSeveral ? ', or ' : ' or ');
}

function describeScheme(scheme: SecurityScheme): string {
  const name = scheme.type === 'apiKey' ? `${schemeName(scheme)} ${scheme.name}` : scheme.type;
  return scheme.scopes === undefined ? name : `${name} (${scheme.scopes.join(', ')})`;
}
