/** The style sheet of the pages. Without fonts, images and scripts, so a strict policy allows it. */
export const STYLE: string = `
:root {
  color-scheme: light dark;
  --text: light-dark(#1c2128, #e4e7eb);
  --quiet: light-dark(#5d6673, #98a1ad);
  --line: light-dark(#e3e6ea, #2b313a);
  --page: light-dark(#ffffff, #14171b);
  --soft: light-dark(#f5f6f8, #1b1f25);
  --link: light-dark(#0b62c4, #7ab7ff);
  --get: light-dark(#0a6b3d, #63d297);
  --post: light-dark(#0b5cad, #7ab7ff);
  --put: light-dark(#8a5300, #e8b35a);
  --delete: light-dark(#b3261e, #ff8f85);
  --socket: light-dark(#6b3fa0, #c3a1f0);
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, 'Liberation Mono', monospace;
}
* { box-sizing: border-box; }
body {
  margin: 0 auto;
  max-width: 60rem;
  padding: 3rem 1.5rem 4rem;
  background: var(--page);
  color: var(--text);
  font: 1rem/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif;
  -webkit-text-size-adjust: 100%;
}
a { color: var(--link); text-underline-offset: .18em; }
a:not(:hover) { text-decoration-color: color-mix(in srgb, currentColor 35%, transparent); }
:focus-visible { outline: 2px solid var(--link); outline-offset: 3px; border-radius: 2px; }
code, .path, .method { font-family: var(--mono); font-size: .9375em; }
h1 { margin: 0; font-size: 1.5rem; line-height: 1.25; font-weight: 650; overflow-wrap: anywhere; }
h1 small { font-size: 1rem; font-weight: 400; color: var(--quiet); }
h2 { margin: 2.25rem 0 .25rem; font-size: .875rem; font-weight: 600; color: var(--quiet); }
p { margin: .5rem 0 0; max-width: 42rem; }
.facts { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin-top: .5rem; color: var(--quiet); }
ul { list-style: none; margin: 0; padding: 0; border-top: 1px solid var(--line); }
li {
  display: grid;
  grid-template-columns: 4.5rem minmax(0, 1fr) auto;
  gap: 0 1rem;
  align-items: baseline;
  padding: .625rem 0;
  border-bottom: 1px solid var(--line);
}
.method { font-size: .8125rem; font-weight: 600; color: var(--quiet); }
.GET, .HEAD { color: var(--get); }
.POST { color: var(--post); }
.PUT, .PATCH { color: var(--put); }
.DELETE { color: var(--delete); }
.WS { color: var(--socket); }
.path { overflow-wrap: anywhere; }
.path i { font-style: normal; color: var(--quiet); }
.file { font-family: var(--mono); font-size: .8125rem; color: var(--quiet); overflow-wrap: anywhere; }
.summary, .access { grid-column: 2 / -1; font-size: .9375rem; color: var(--quiet); }
.access { display: flex; flex-wrap: wrap; gap: 0 1.25rem; font-size: .875rem; }
.access code { font-size: .8125rem; }
section:first-child > ul { margin-top: 2.25rem; }
.more { margin-top: 1.5rem; }
pre { margin: 1rem 0 0; padding: 1rem; overflow-x: auto; background: var(--soft); border-radius: .5rem; }
pre code { font-size: .875rem; }
footer { margin-top: 3rem; font-size: .875rem; color: var(--quiet); }
@media (max-width: 40rem) {
  body { padding: 1.75rem 1.125rem 3rem; }
  li { grid-template-columns: 3.75rem minmax(0, 1fr); gap: 0 .75rem; }
  .file, .summary, .access { grid-column: 2; }
  .file { order: 1; }
}
`;
