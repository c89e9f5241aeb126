import type { RouteMethod } from '@gati/contract';
import { ROUTE_METHODS, normalizePercent } from '@gati/contract/internal';

export interface RouteTemplate {
  method: RouteMethod;
  path: string;
}

/** An invalid route: what is wrong, and what to do. */
export interface RouteError {
  message: string;
  fix: string;
}

const PARAM = /^[A-Za-z_]\w*$/;
/**
 * A segment by RFC 3986, without the characters that a router reads as a pattern (`:`, `*`, `(`,
 * `)`).
 */
const STATIC = /^(?:[A-Za-z0-9\-._~!$&'+,;=@]|%[0-9A-Fa-f]{2})+$/;

/** Parses `'POST /payments/:id/capture'`. */
export function parseRoute(text: string): RouteTemplate | RouteError {
  const space = text.indexOf(' ');
  const word = space === -1 ? '' : text.slice(0, space);
  const path = text.slice(space + 1);
  const method = ROUTE_METHODS.find((known) => known === word.toUpperCase());
  if (!path.startsWith('/') || !method) {
    const guess = method ? `/${path}` : `/${text.replace(/^[^/]*\//, '')}`;
    return {
      message: `'${text}' is not a method and a path.`,
      fix: `Write one of ${ROUTE_METHODS.join(', ')}, one space and a path, for example '${method ?? 'GET'} ${orExample(guess)}'.`,
    };
  }
  if (word !== method)
    return {
      message: `The method in '${text}' is not in upper case.`,
      fix: `Write it in upper case, as in '${method} ${orExample(path)}'.`,
    };
  return checkPath(path) ?? { method, path };
}

/** Returns a valid path to propose: the repaired one, or a fixed example if that is invalid too. */
const orExample = (path: string): string => (checkPath(path) ? '/users/:id' : path);

/** Returns what is wrong with a path template, if anything. */
export function checkPath(path: string): RouteError | undefined {
  if (path === '/') return undefined;
  if (path.endsWith('/'))
    return {
      message: `'${path}' ends with a slash.`,
      fix: `Write it without the slash, as in '${orExample(path.replace(/\/+$/, '') || '/')}'; requests with and without the slash match.`,
    };
  const names = new Set<string>();
  const segments = path.slice(1).split('/');
  for (const [index, segment] of segments.entries()) {
    if (segment === '')
      return {
        message: `'${path}' has an empty segment.`,
        fix: `Write one slash, as in '${orExample(path.replace(/\/+/g, '/'))}'.`,
      };
    const sign = segment[0];
    if (sign === ':' || sign === '*') {
      const name = segment.slice(1);
      if (!PARAM.test(name)) {
        return {
          message: `'${segment}' is not a parameter.`,
          fix: `Write '${sign}name' as the whole segment, with only letters, digits and '_' in the name.`,
        };
      }
      if (names.has(name))
        return {
          message: `'${path}' has the parameter '${name}' twice.`,
          fix: 'Give each parameter its own name.',
        };
      if (sign === '*' && index !== segments.length - 1) {
        return {
          message: `'${segment}' takes the rest of the path, but something follows it.`,
          fix: `Put '${segment}' last, or write ':${name}'.`,
        };
      }
      names.add(name);
    } else if (segment === '.' || segment === '..') {
      return {
        message: `'${path}' has a '${segment}' segment, which clients never send.`,
        fix: 'Write the path without it.',
      };
    } else if (!STATIC.test(segment)) {
      // A lone surrogate can't be percent-encoded.
      const encoded = encodeURIComponent(
        segment.replace(/[:*()?#[\]{}<>|^`"\\ ]|\p{Surrogate}/gu, ''),
      );
      return {
        message: `'${segment}' can't be a segment of a path.`,
        fix: `A segment is text, ':name' or a last '*name'; anything else is percent-encoded: '${/^\.*$/.test(encoded) ? 'text' : encoded}'.`,
      };
    }
  }
  return undefined;
}

/** `users/[id].get` (below `src/handlers`, without extension) → `GET /users/:id`. */
export function fromFileName(file: string, fallback: RouteMethod): RouteTemplate | RouteError {
  const { segments, method = fallback } = splitConvention(file);
  const path = `/${segments.map(toSegment).join('/')}`;
  const error = checkPath(path);
  if (!error) return { method, path };
  return {
    message: `The file's name gives the path '${path}'. ${error.message}`,
    fix: "Name the file like 'users/[id].get', 'users/index.post' or 'files/[...rest]', or export a 'route'.",
  };
}

/** Splits a file name into path segments and the method of its suffix: `.get`, `.post` … */
export function splitConvention(file: string): { segments: string[]; method?: RouteMethod } {
  const segments = file.split('/');
  let last = segments.pop() ?? '';
  const suffix = /^(.*)\.([a-z]+)$/.exec(last);
  const method = suffix && ROUTE_METHODS.find((known) => known.toLowerCase() === suffix[2]);
  if (suffix && method) last = suffix[1] ?? '';
  if (last !== 'index') segments.push(last);
  return { segments, method: method || undefined };
}

function toSegment(segment: string): string {
  const match = /^\[(\.\.\.)?(.+)\]$/.exec(segment);
  if (!match) return segment;
  return `${match[1] ? '*' : ':'}${match[2]}`;
}

/** Returns the names of a template's parameters, in order. */
export function paramNames(path: string): string[] {
  return path
    .split('/')
    .filter((segment) => segment.startsWith(':') || segment.startsWith('*'))
    .map((segment) => segment.slice(1));
}

/** Returns a key that is equal for routes that match the same requests. */
export function toShape({ method, path }: RouteTemplate): string {
  return `${method} ${normalizePercent(path).replace(/([:*])\w+/g, '$1')}`;
}
