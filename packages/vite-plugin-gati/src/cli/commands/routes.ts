import { printTable, type Style } from '@gati/runtime-h3/command';
import { escapeControls } from '@gati/contract/internal';
import { folderOf } from '../../scan/layout.ts';
import { type ListedRoute, listRoutes } from '../../scan/list-routes.ts';
import { noHandlers } from '../../scan/no-handlers.ts';
import type { NamedFile } from '../../scan/types.ts';
import { openApp } from '../app.ts';
import { type Call, FINDING, OK } from '../command.ts';

/** Lists the routes and effects. Reads the files only: no types, and nothing generated. */
export async function run(call: Call): Promise<number> {
  const { output } = call;
  const { context } = await openApp(call);
  call.onStop(() => context.close());
  try {
    const { root, options } = context.project;
    const scan = await context.project.scan();
    const diagnostics = [...noHandlers(root, 'error'), ...scan.diagnostics];
    for (const diagnostic of diagnostics) output.diagnostic(diagnostic);
    const routes = listRoutes(scan, options.base);
    const { effects } = scan;
    for (const line of print(routes, effects, output.style)) output.line(line);
    const errors = diagnostics.filter(({ level }) => level === 'error');
    const warnings = diagnostics.filter(({ level }) => level === 'warning');
    output.document({ routes, effects, warnings, errors });
    return errors.length === 0 ? OK : FINDING;
  } finally {
    await context.close();
  }
}

/** Prints the routes, then the effects, in separate tables. */
function print(routes: ListedRoute[], effects: NamedFile[], style: Style): string[] {
  const isGuarded = routes.some(({ guards, credentials }) => guards ?? credentials);
  const routeRows = routes.map(({ method, path, name, file, guards = [], credentials = '' }) => [
    method === 'WS' ? style.cyan(method) : method,
    path,
    name,
    ...(isGuarded ? [guards.map(folderOf).join(' '), credentials] : []),
    style.dim(escapeControls(file)),
  ]);
  const columns = [
    'method',
    'path',
    'client',
    ...(isGuarded ? ['guards', 'credentials'] : []),
    'file',
  ];
  const effectRows = effects.map(({ name, file }) => [name, style.dim(escapeControls(file))]);
  const tables = [
    ...(routes.length > 0 ? [printTable(titled(...columns), routeRows, style)] : []),
    ...(effects.length > 0 ? [printTable(titled('effect', 'file'), effectRows, style)] : []),
  ];
  return tables.flatMap((lines, index) => (index === 0 ? lines : ['', ...lines]));
}

const titled = (...titles: string[]): { title: string }[] => titles.map((title) => ({ title }));
