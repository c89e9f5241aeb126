// `npm run errors`: writes docs/errors/index.md from the table of codes.
import fs from 'node:fs';
import path from 'node:path';
import { tsImport } from 'tsx/esm/api';
import { root } from './lib/steps.mjs';

const { GATI_CODES } = await tsImport(
  path.join(root, 'packages/contract/src/diagnostics/codes.ts'),
  import.meta.url,
);
fs.writeFileSync(
  path.join(root, 'docs/errors/index.md'),
  `# Errors

Every error and warning of Gati has a code, a reason and a fix. Match errors by their \`code\`, never by
class. \`npx gati explain CODE\` prints these pages in a terminal.

| code | |
|---|---|
${Object.entries(GATI_CODES)
  .map(([code, summary]) => `| [${code}](${code}.md) | ${summary} |`)
  .join('\n')}
`,
);
