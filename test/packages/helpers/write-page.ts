import fs from 'node:fs';
import path from 'node:path';
import { root } from '@gati/test-kit/repository';
import type { Case } from './cases.ts';

/** The result of one case. */
export interface Row extends Case {
  /** Of each package of the case. */
  versions: string[];
  /** Names of the packages that the build kept beside the server. */
  kept: string[];
  works: boolean;
}

const PAGE = path.join(root, 'docs/reference/packages.md');

const HEAD = `# Packages from npm

The build bundles the packages that server code imports. It keeps those that can't be bundled: it
copies them, with their dependencies, into \`dist/server/node_modules\`. It keeps packages

- with compiled code,
- that read files of their own folder, or load modules by a name computed at run time,
- that one of these depends on and the app imports too, so that there is one instance of each,
- of \`dependencies\` in \`package.json\` that the app names in a string, such as \`pino-pretty\` as the target
  of a logger,
- that \`ssr.external\` or \`environments.gati.resolve.external\` of the Vite config names.

\`ssr.noExternal\` makes the build bundle a package anyway.

\`npm run packages\` installs the packages below, calls a handler of each in the development server, and
compares the response with that of a build whose \`dist/\` was moved to another folder. It wrote this
table with Node ${process.versions.node.split('.')[0]}.

| package | version | the handler | in the build | result |
|---|---|---|---|---|
`;

/** Writes the page of the documentation that lists all packages with their results. */
export function writePage(rows: Row[]): void {
  const lines = rows.map(({ packages, versions, does, kept, works }) => {
    const [name] = packages as [string];
    const how = kept.includes(name) ? 'kept' : 'bundled';
    return `| \`${name}\` | ${versions[0]} | ${does} | ${how} | ${works ? 'works' : 'fails'} |\n`;
  });
  fs.writeFileSync(PAGE, HEAD + lines.join(''));
}
