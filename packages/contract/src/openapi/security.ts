import { nameSchemes } from '../security/name-schemes.ts';
import {
  schemeIdentity,
  type SecurityRequirement,
  type SecurityScheme,
} from '../security/scheme.ts';
import type { Contract } from '../contract.ts';
import type { OpenApiSecurityRequirement, OpenApiSecurityScheme } from './document.ts';

/** The security of a document. */
export interface DocumentSecurity {
  /** Keyed by name, for `components`. */
  schemes: Record<string, OpenApiSecurityScheme>;
  /** Converts the requirement of a route. */
  toRequirements(security: SecurityRequirement): OpenApiSecurityRequirement[];
}

/** Collects the schemes of a contract, each with its name in the document. */
export function toDocumentSecurity({ routes }: Contract): DocumentSecurity {
  const named = nameSchemes(routes);
  const names = new Map([...named].map(([name, scheme]) => [schemeIdentity(scheme), name]));
  return {
    schemes: Object.fromEntries([...named].map(([name, scheme]) => [name, toScheme(scheme)])),
    toRequirements: (security) =>
      security.map((schemes) =>
        Object.fromEntries(
          schemes.map((scheme) => [names.get(schemeIdentity(scheme))!, scheme.scopes ?? []]),
        ),
      ),
  };
}

function toScheme(scheme: SecurityScheme): OpenApiSecurityScheme {
  const description = scheme.description !== undefined && { description: scheme.description };
  switch (scheme.type) {
    case 'bearer':
      return {
        type: 'http',
        scheme: 'bearer',
        ...(scheme.format !== undefined && { bearerFormat: scheme.format }),
        ...description,
      };
    case 'basic':
      return { type: 'http', scheme: 'basic', ...description };
    case 'apiKey':
      return { type: 'apiKey', in: scheme.in, name: scheme.name, ...description };
    case 'openIdConnect':
      return { type: 'openIdConnect', openIdConnectUrl: scheme.url, ...description };
  }
}
