import fs from 'node:fs';
import path from 'node:path';
import { root } from '@gati/test-kit/repository';

/** Paths of the pages below `docs/`, relative to the repository. */
export const docsPages: string[] = fs
  .readdirSync(path.join(root, 'docs'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.md'))
  .map((name) => `docs/${name}`)
  .sort();

/** Text of a page, by its path relative to the repository. */
export const readPage = (page: string): string => fs.readFileSync(path.join(root, page), 'utf8');
