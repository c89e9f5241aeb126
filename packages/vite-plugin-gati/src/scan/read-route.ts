import type { Diagnostic } from '@gati/contract';
import type { Constant, ScannedFile } from './file-facts.ts';
import { belowFolder, HANDLERS } from './layout.ts';
import { parseClientName, toClientName } from './client-names.ts';
import {
  handlerMissing,
  nameInvalid,
  notConstant,
  routeInvalid,
  socketMismatch,
} from './diagnostics.ts';
import { readRouteSettings } from './read-route-settings.ts';
import { fromFileName, parseRoute } from './route.ts';
import type { RouteFile } from './types.ts';

/** A route, with the places of its `route` and `name` exports for diagnostics. */
export interface FoundRoute {
  route: RouteFile;
  site: Site;
  nameSite: Site;
}

interface Site extends Partial<Constant> {
  file: string;
}

/** Returns the route of a handler file. If it has none, it reports why and returns `undefined`. */
export function readRoute(
  { file, facts }: ScannedFile,
  diagnostics: Diagnostic[],
): FoundRoute | undefined {
  const has = (name: string): boolean => facts.exports.values.includes(name);
  const { constants } = facts;
  for (const name of ['route', 'name', 'version']) {
    const constant = constants[name];
    if (constant && constant.value === undefined) {
      diagnostics.push(notConstant({ file, ...constant }, name));
      return undefined;
    }
  }
  if (!has('handler') && !has('default') && !has('socket') && !facts.exportsAll) {
    diagnostics.push(handlerMissing({ file }));
    return undefined;
  }
  const short = belowFolder(file, HANDLERS);
  const onlySocket = has('socket') && !has('handler') && !has('default');
  const site: Site = { file, ...constants.route };
  const template =
    constants.route?.value === undefined
      ? fromFileName(short, onlySocket ? 'WS' : 'GET')
      : parseRoute(constants.route.value);
  if ('fix' in template) {
    diagnostics.push(routeInvalid(site, template));
    return undefined;
  }
  const id = `${template.method} ${template.path}`;
  const isSocket = template.method === 'WS';
  if (!facts.exportsAll && (isSocket ? !has('socket') : onlySocket)) {
    diagnostics.push(socketMismatch(site, id, isSocket ? 'socket' : 'handler'));
    return undefined;
  }
  const override = constants.name?.value;
  const nameSite: Site = { file, ...(constants.name ?? constants.route) };
  const name =
    override === undefined
      ? toClientName(short, template, Boolean(constants.route))
      : parseClientName(override);
  if (!name) {
    diagnostics.push(nameInvalid(nameSite, 'client name', override ?? ''));
    return undefined;
  }
  const folder = short.includes('/') ? (short.split('/')[0] ?? '') : '';
  const route: RouteFile = {
    id,
    ...template,
    domain: folder === '' || folder.startsWith('[') ? 'root' : folder,
    name,
    file,
    line: constants.route?.place.line ?? 1,
    exports: facts.exports,
    handler: isSocket ? 'socket' : has('handler') || !has('default') ? 'handler' : 'default',
    ...(constants.version?.value === undefined ? {} : { version: constants.version.value }),
    ...readRouteSettings(file, facts, diagnostics),
    guards: [],
    middleware: [],
  };
  return { route, site, nameSite };
}
