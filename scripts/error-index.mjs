// Writes docs/errors/index.md from the pages beside it. `node scripts/error-index.mjs`
import fs from 'node:fs';
import path from 'node:path';
import { root } from './lib/steps.mjs';

const folder = path.join(root, 'docs/errors');
const pages = fs.readdirSync(folder).filter((name) => name.startsWith('GATI_'));
const rows = pages
  .sort()
  .map(
    (page) =>
      `| [${page.replace('.md', '')}](${page}) | ${firstSentence(fs.readFileSync(path.join(folder, page), 'utf8'))} |`,
  );
fs.writeFileSync(
  path.join(folder, 'index.md'),
  `# Errors

What Gati tells you carries a code, a reason and a fix. Match errors by their \`code\`, never by class.

| code | |
|---|---|
${rows.join('\n')}
`,
);

/** Of the first paragraph below the title. */
function firstSentence(text) {
  const paragraph = text.split('\n\n').find((block) => !block.startsWith('#')) ?? '';
  return (
    paragraph
      .replaceAll('\n', ' ')
      .match(/^.*?[.:](?=\s|$)/)?.[0]
      .replace(/:$/, '.') ?? paragraph.trim()
  );
}
