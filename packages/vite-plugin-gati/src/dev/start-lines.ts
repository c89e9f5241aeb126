import { count, escapeControls } from '@gati/contract/internal';
import type { Colors } from '../colors.ts';
import { type ListedRoute, listRoutes } from '../scan/list-routes.ts';
import type { Scan } from '../scan/types.ts';

/** Maximum number of routes that are listed one by one. More are counted by domain. */
const MAX_LISTED = 16;

export interface StartedApp {
  app: { name: string; version: string };
  scan: Scan;
  /** `''` or `/api`. */
  base: string;
}

/** Prints what the development server serves: routes by domain, effects, and the base. */
export function printStart({ app, scan, base }: StartedApp, colors: Colors): string[] {
  const routes = listRoutes(scan, base);
  const { effects } = scan;
  const facts = [
    count(routes.length, 'route'),
    ...(effects.length > 0 ? [count(effects.length, 'effect')] : []),
    ...(base === '' ? [] : [`base ${base}`]),
  ];
  const title = `${colors.green(colors.bold(escapeControls(app.name)))} ${colors.green(app.version)}`;
  const isLong = routes.length > MAX_LISTED;
  const rows = isLong ? countByDomain(routes, colors) : routeRows(routes, colors);
  if (effects.length > 0 && !isLong)
    rows.push(['effects', effects.map(({ name }) => name).join(', ')]);
  const width = Math.max(...rows.map(([first]) => first.length));
  return [
    `  ${title}  ${colors.dim(facts.join(', '))}`,
    ...(rows.length > 0 ? [''] : []),
    ...rows.map(([first, rest]) => `  ${colors.dim(first.padEnd(width))}  ${rest}`),
  ];
}

/**
 * Prints the address of the panel like the addresses that Vite prints, and the code that its actions
 * need.
 */
export function printPanel(
  { url, code }: { url: URL; code: string | undefined },
  colors: Colors,
): string {
  const address = `  ${colors.green('➜')}  ${colors.bold('Panel')}:   ${colors.cyan(`${url}/`)}`;
  return code === undefined ? address : `${address}  ${colors.dim('code')} ${code}`;
}

type Row = [first: string, rest: string];

/** Each domain is named in its first row. */
function routeRows(routes: ListedRoute[], colors: Colors): Row[] {
  const width = Math.max(...routes.map(({ method }) => method.length));
  return routes.map(({ domain, method, path }, index) => [
    domain === routes[index - 1]?.domain ? '' : domain,
    `${colors.cyan(method.padEnd(width))}  ${path}`,
  ]);
}

function countByDomain(routes: ListedRoute[], colors: Colors): Row[] {
  const counts = new Map<string, number>();
  for (const { domain } of routes) counts.set(domain, (counts.get(domain) ?? 0) + 1);
  return [...counts].map(([domain, number]) => [domain, colors.cyan(count(number, 'route'))]);
}
