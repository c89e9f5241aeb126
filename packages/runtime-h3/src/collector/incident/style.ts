/** Style of an incident file, in light and dark. */
export const STYLE: string = `
:root { color-scheme: light dark; --text: light-dark(#1a2028, #dfe4ea); --quiet: light-dark(#57606a, #98a2ad); --line: light-dark(#d9dee4, #2c343d); --bar: light-dark(#7fb0ea, #4d85c4); --bad: light-dark(#b3261e, #ff8a80); }
body { margin: 0; background: light-dark(#fff, #14181d); color: var(--text); font: 15px/1.5 system-ui, sans-serif; font-variant-numeric: tabular-nums; }
main { max-width: 72rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { margin: 0; font-size: 1.35rem; overflow-wrap: anywhere; }
h2 { margin: 2rem 0 0.5rem; font-size: 1rem; overflow-wrap: anywhere; }
h3 { margin: 1rem 0 0.25rem; font-size: 0.875rem; }
p { margin: 0.25rem 0; }
.quiet, .facts { color: var(--quiet); font-size: 0.875rem; }
.facts { display: flex; flex-wrap: wrap; gap: 0 1.5rem; margin: 0.25rem 0 1.5rem; padding: 0; list-style: none; }
pre { margin: 0.5rem 0; padding: 0.75rem; overflow: auto; border: 1px solid var(--line); border-radius: 6px; font: 13px/1.5 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
table { width: 100%; border-collapse: collapse; font-size: 0.875rem; }
th, td { padding: 0.375rem 1rem 0.375rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; overflow-wrap: anywhere; }
th { color: var(--quiet); font-weight: 500; }
.waterfall td:nth-child(2) { width: 50%; padding-right: 1rem; }
.waterfall td:last-child { text-align: right; white-space: nowrap; }
.waterfall svg { display: block; width: 100%; height: 10px; }
.waterfall rect { fill: var(--bar); }
.waterfall .bad rect { fill: var(--bad); }
.bad { color: var(--bad); }
`;
