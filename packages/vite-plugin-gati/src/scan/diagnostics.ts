import type { Diagnostic, GatiCode } from '@gati/contract';
import type { Place } from './code-frame.ts';
import type { RouteError } from './route.ts';

interface Site {
  file: string;
  place?: Place;
  frame?: string;
}

function diagnostic(code: GatiCode, site: Site, message: string, fix: string): Diagnostic {
  return {
    code,
    level: 'error',
    message,
    fix,
    file: site.file,
    line: site.place?.line ?? 1,
    column: site.place?.column ?? 1,
    ...(site.frame === undefined ? {} : { frame: site.frame }),
  };
}

const at = (site: Site): string => `${site.file}:${site.place?.line ?? 1}`;

export const syntaxError = (site: Site, message: string): Diagnostic =>
  diagnostic(
    'GATI_SYNTAX',
    site,
    `${message}.`.replace(/\.\.$/, '.'),
    'Correct the syntax. Until then only this file is affected in development.',
  );

export const routeInvalid = (site: Site, { message, fix }: RouteError): Diagnostic =>
  diagnostic('GATI_ROUTE_INVALID', site, message, fix);

export const notConstant = (site: Site, name: string, example = "'…'"): Diagnostic =>
  diagnostic(
    'GATI_ROUTE_NOT_CONSTANT',
    site,
    `'${name}' is read without running the file, and its value here is not a constant${example.startsWith("'") ? ' string' : ''}.`,
    `Write it as a literal: export const ${name} = ${example}.`,
  );

export const routeSettingInvalid = (site: Site, message: string, fix: string): Diagnostic =>
  diagnostic('GATI_ROUTE_SETTING', site, message, fix);

export const securityUnusable = (site: Site, message: string, fix: string): Diagnostic =>
  diagnostic('GATI_SECURITY', site, message, fix);

export const exportMisspelt = (
  site: Site,
  kind: 'value' | 'type',
  name: string,
  meant: string,
): Diagnostic => ({
  ...diagnostic(
    'GATI_EXPORT_MISSPELT',
    site,
    `The exported ${kind} '${name}' has no meaning here. Did you mean '${meant}'?`,
    `Rename it to '${meant}', or do not export it from this file.`,
  ),
  level: 'warning',
});

export const routeConflict = (site: Site, id: string, other: Site, otherId: string): Diagnostic =>
  diagnostic(
    'GATI_ROUTE_CONFLICT',
    site,
    id === otherId
      ? `'${id}' is already the route of ${at(other)}.`
      : `'${id}' matches the same requests as '${otherId}' in ${at(other)}.`,
    'Change one of the two routes. Until then only the other file responds.',
  );

export const routeReserved = (site: Site, id: string): Diagnostic =>
  diagnostic(
    'GATI_ROUTE_RESERVED',
    site,
    `'${id}' has a path below /_control, where the server has its panel.`,
    'Give the route another path. Until then no request reaches it.',
  );

export const routeShadowed = (site: Site, id: string): Diagnostic => ({
  ...diagnostic(
    'GATI_ROUTE_SHADOWED',
    site,
    `'${id}' has the path of a probe: a built server responds to it before all routes, so only development calls this handler.`,
    "Give the route another path, or remove it: the server reports its own health. Routes below gati()'s `base` are not affected.",
  ),
  level: 'warning',
});

export const handlerMissing = (site: Site): Diagnostic =>
  diagnostic(
    'GATI_HANDLER_MISSING',
    site,
    'The file is in src/handlers but exports no handler.',
    "Export 'handler' (or a default function, or 'socket' for WS). Move a helper out of src/handlers, or let its name start with '_'.",
  );

export const socketMismatch = (site: Site, id: string, needs: 'socket' | 'handler'): Diagnostic =>
  diagnostic(
    'GATI_HANDLER_MISSING',
    site,
    `'${id}' needs an exported '${needs}'.`,
    needs === 'socket'
      ? 'Export const socket = { open, message, close }.'
      : "Export a 'handler', or make the route a WS one.",
  );

export const middlewareMissing = (site: Site): Diagnostic =>
  diagnostic(
    'GATI_MIDDLEWARE_MISSING',
    site,
    "The file exports no 'middleware'.",
    'Write: export const middleware: Middleware = async (req, res, gctx, lctx, next) => next().',
  );

export const guardMissing = (site: Site): Diagnostic =>
  diagnostic(
    'GATI_GUARD_MISSING',
    site,
    "The file exports no 'guard'.",
    'Write: export const guard = (async (req, gctx, lctx) => { … }) satisfies Guard.',
  );

export const runMissing = (site: Site): Diagnostic =>
  diagnostic(
    'GATI_EFFECT_RUN_MISSING',
    site,
    "The file exports no 'run'.",
    'Write: export async function run(payload, ectx) { … }.',
  );

export const settingInvalid = (site: Site, message: string, fix: string): Diagnostic =>
  diagnostic('GATI_EFFECT_SETTING', site, message, fix);

export const scheduleInvalid = (
  site: Site,
  schedule: string,
  timezone: unknown,
  reason: string,
): Diagnostic =>
  diagnostic(
    'GATI_EFFECT_SCHEDULE',
    site,
    `'${schedule}'${timezone === undefined ? '' : ` in '${String(timezone)}'`} is not a schedule: ${reason.replace(/\.$/, '')}.`,
    "Write minute, hour, day of month, month and day of week, as in '0 3 * * *', and for timezone a name such as 'Europe/Berlin'.",
  );

export const migrationInvalid = (site: Site, message: string, fix: string): Diagnostic =>
  diagnostic('GATI_MIGRATION_INVALID', site, message, fix);

export const nameConflict = (site: Site, what: string, name: string, other: Site): Diagnostic =>
  diagnostic(
    'GATI_NAME_CONFLICT',
    site,
    `The ${what} '${name}' is already taken by ${at(other)}.`,
    what === 'client name'
      ? "Give one of them another name: export const name = '…'."
      : 'Rename one of the two.',
  );

export const nameInvalid = (site: Site, what: string, name: string): Diagnostic =>
  diagnostic(
    'GATI_NAME_INVALID',
    site,
    `'${name}' can't be ${/^[aeiou]/.test(what) ? 'an' : 'a'} ${what}.`,
    what === 'effect name'
      ? "Use letters, digits, '_', '$', '-' and '.'."
      : "Use letters, digits, '_' and '$', with '.' between the parts of a client's name.",
  );
