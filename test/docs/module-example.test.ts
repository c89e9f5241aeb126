import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { root } from '@gati/test-kit/repository';
import { readPage } from './helpers/pages.ts';

test('the example of the module protocol is the module of the playground', () => {
  const program = fs.readFileSync(
    path.join(root, 'playground/polyglot/modules/scorer/main.py'),
    'utf8',
  );
  expect(readPage('docs/reference/module-protocol.md')).toContain(
    `\n\`\`\`python\n${program}\`\`\``,
  );
});
