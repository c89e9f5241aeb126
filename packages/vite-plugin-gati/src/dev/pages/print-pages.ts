import { createHash } from 'node:crypto';
import { count } from '@gati/contract/internal';
import { folderOf } from '../../scan/layout.ts';
import type { ListedRoute } from '../../scan/list-routes.ts';
import { type Html, html } from './html.ts';
import { STYLE } from './style.ts';

/** Policy under which a page is shown: its style sheet, and nothing else. */
export const PAGE_POLICY: string = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

export interface PageRoute extends ListedRoute {
  /** First paragraph of the handler's doc comment. */
  summary?: string;
  deprecated?: boolean;
}

/** Facts about an app that the pages show. */
export interface PageApp {
  name: string;
  version: string;
  /** `''` or `/api`. */
  base: string;
  routes: PageRoute[];
  effects: number;
  /** Versions and ranges whose requests a migration accepts. */
  migrated: string[];
  /** URL of the OpenAPI document, if it is written already. */
  openapi?: string;
}

/** Prints the page that lists the routes of an app. */
export function printRoutesPage(app: PageApp): string {
  const { name, version, base, routes, effects, migrated, openapi } = app;
  const domains = [...new Set(routes.map(({ domain }) => domain))];
  const facts = [
    html`<span>${count(routes.length, 'route')}</span>`,
    ...(effects > 0 ? [html`<span>${count(effects, 'effect')}</span>`] : []),
    ...(base === '' ? [] : [html`<span>base <code>${base}</code></span>`]),
    ...(migrated.length > 0 ? [html`<span>migrates ${migrated.join(', ')}</span>`] : []),
    ...(openapi === undefined ? [] : [html`<a href="${openapi}">OpenAPI document</a>`]),
    html`<a href="${base}/versions">Versions</a>`,
  ];
  const sections = domains.map((domain) => {
    const own = routes.filter((route) => route.domain === domain);
    const title = domain === 'root' ? '' : html`<h2>${domain}</h2>`;
    return html`<section>${title}${list(own)}</section>`;
  });
  return document(
    name,
    html`<header>
        <h1>${name} <small>${version}</small></h1>
        <div class="facts">${facts}</div>
      </header>
      <main>${routes.length === 0 ? FIRST_HANDLER : sections}</main>
      <footer>
        This page is shown in development only. <code>npx gati routes</code> lists the routes in a
        terminal.
      </footer>`,
  );
}

/**
 * Prints the page of a path that no route has.
 *
 * @param near routes with a similar path
 */
export function printNotFoundPage(app: PageApp, path: string, near: PageRoute[]): string {
  const { name, base, routes } = app;
  const section = html`<section>
    <h2>Did you mean</h2>
    ${list(near)}
  </section>`;
  return document(
    `404 ${path}`,
    html`<header>
        <h1>No route has this path</h1>
        <p class="path">GET ${path}</p>
      </header>
      <main>
        ${near.length > 0 ? section : ''}
        <p class="more">
          <a href="${base === '' ? '/' : base}">All routes of ${name}</a> (${routes.length})
        </p>
      </main>
      <footer>This page is shown in development only. Programs get a problem in JSON.</footer>`,
  );
}

const FIRST_HANDLER: Html = html`<p>
    There are no routes yet. Write the first one to <code>src/handlers/hello.ts</code>:
  </p>
  <pre><code>export const route = 'GET /hello';

export const handler: Handler&lt;typeof route&gt; = () => ({ message: 'Hello!' });</code></pre>`;

const list = (routes: PageRoute[]): Html =>
  html`<ul>
    ${routes.map(item)}
  </ul>`;

function item(route: PageRoute): Html {
  const { method, path, file, summary, deprecated } = route;
  const isLink = method === 'GET' && !/[:*]/.test(path);
  const shown = html`<span class="path">${pathParts(path)}</span>`;
  const about = [deprecated ? 'Deprecated.' : '', summary ?? ''].join(' ').trim();
  return html`<li>
    <span class="method ${method}">${method}</span
    >${isLink ? html`<a href="${path}">${shown}</a>` : shown}<span class="file"
      >${file.replace(/^src\/handlers\//, '')}</span
    >${about === '' ? '' : html`<span class="summary">${about}</span>`}${access(route)}
  </li> `;
}

/** What a request needs: its credentials, and the folders whose guards it passes. */
function access({ guards = [], credentials }: PageRoute): Html {
  const facts = [
    ...(credentials === undefined ? [] : [html`<span>${credentials}</span>`]),
    ...(guards.length === 0
      ? []
      : [html`<span>guards <code>${guards.map(folderOf).join(' ')}</code></span>`]),
  ];
  return facts.length === 0 ? html`` : html`<span class="access">${facts}</span>`;
}

/** Parameters have less contrast than the rest, so that the fixed parts stand out. */
const pathParts = (path: string): Html[] =>
  path
    .split(/(?<=\/)|(?=\/)/)
    .map((part) => (/^[:*]/.test(part) ? html`<i>${part}</i>` : html`${part}`));

function document(title: string, body: Html): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${html`${title}`.text}</title>
<style>${STYLE}</style>
</head>
<body>
${body.text}
</body>
</html>
`;
}
