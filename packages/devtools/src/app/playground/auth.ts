import type { SecurityRequirement, SecurityScheme } from '@gati/contract';

/** A way in which a request authenticates. All its schemes are sent. */
export interface AuthChoice {
  key: string;
  label: string;
  schemes: SecurityScheme[];
}

/** A text that the user enters for a scheme. Its key is the same on all routes. */
export interface CredentialField {
  key: string;
  label: string;
  isSecret: boolean;
}

/** Values of credential fields by key. They stay in the tab, for all routes. */
export type Credentials = Readonly<Record<string, string>>;

const COMMON: SecurityScheme[] = [{ type: 'bearer' }, { type: 'basic' }];

/** The choices of a route: those of its contract first, then bearer and basic. */
export function authChoices(security: SecurityRequirement | undefined): AuthChoice[] {
  const declared = (security ?? []).filter((schemes) => schemes.length > 0).map(toChoice);
  const common = COMMON.map((scheme) => toChoice([scheme]));
  return [...declared, ...common.filter(({ key }) => declared.every((each) => each.key !== key))];
}

function toChoice(schemes: SecurityScheme[]): AuthChoice {
  return {
    key: schemes.map(identify).join(' + '),
    label: schemes.map(describe).join(' and '),
    schemes,
  };
}

/** The first choice of the contract; empty if it requires none. */
export function defaultAuth(security: SecurityRequirement | undefined): string {
  const needsNone = !security?.length || security.some((schemes) => schemes.length === 0);
  return needsNone ? '' : authChoices(security)[0]!.key;
}

function identify(scheme: SecurityScheme): string {
  if (scheme.type === 'apiKey') return `${scheme.in} ${scheme.name}`;
  return scheme.type === 'openIdConnect' ? 'bearer' : scheme.type;
}

function describe(scheme: SecurityScheme): string {
  if (scheme.type === 'bearer') return 'Bearer token';
  if (scheme.type === 'basic') return 'Basic';
  if (scheme.type === 'openIdConnect') return 'OpenID Connect token';
  return scheme.in === 'cookie'
    ? `Cookie ${scheme.name}`
    : `Key in the ${scheme.in} ${scheme.name}`;
}

export function credentialFields({ schemes }: AuthChoice): CredentialField[] {
  return schemes.flatMap((scheme): CredentialField[] => {
    const key = identify(scheme);
    if (scheme.type === 'basic')
      return [
        { key: 'basic user', label: 'User', isSecret: false },
        { key: 'basic password', label: 'Password', isSecret: true },
      ];
    return [{ key, label: describe(scheme), isSecret: true }];
  });
}

/** Parts of a request that authenticate it. */
export interface AuthParts {
  headers: [string, string][];
  query: [string, string][];
  cookies: [string, string][];
}

/** @param text replaces variables in a credential */
export function authParts(
  choice: AuthChoice | undefined,
  credentials: Credentials,
  text: (given: string) => string,
): AuthParts {
  const parts: AuthParts = { headers: [], query: [], cookies: [] };
  const valueOf = (key: string): string => text(credentials[key] ?? '');
  for (const scheme of choice?.schemes ?? []) {
    const key = identify(scheme);
    if (scheme.type === 'basic') {
      const pair = `${valueOf('basic user')}:${valueOf('basic password')}`;
      if (pair !== ':') parts.headers.push(['authorization', `Basic ${toBase64(pair)}`]);
    } else {
      const value = valueOf(key);
      if (value === '') continue;
      if (scheme.type !== 'apiKey') parts.headers.push(['authorization', `Bearer ${value}`]);
      else if (scheme.in === 'header') parts.headers.push([scheme.name.toLowerCase(), value]);
      else parts[scheme.in === 'query' ? 'query' : 'cookies'].push([scheme.name, value]);
    }
  }
  return parts;
}

/** RFC 7617 with UTF-8. */
const toBase64 = (text: string): string =>
  btoa(String.fromCodePoint(...new TextEncoder().encode(text)));
