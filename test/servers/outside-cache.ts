import { homedir } from 'node:os';
import path from 'node:path';

/** Folder for large programs, which all checkouts share: compiling them takes minutes. */
export const OUTSIDE_CACHE: string = path.join(
  process.env['XDG_CACHE_HOME'] || path.join(homedir(), '.cache'),
  'gati-test-servers',
);
