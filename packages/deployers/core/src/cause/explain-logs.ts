import type { Cause } from './causes.ts';

/** Lines of a log that name a cause better than an exit code does, and what to do about it. */
const LINES: [pattern: RegExp, code: Cause['code'], fix: string][] = [
  [
    /exec format error/i,
    'image-platform',
    'The image is for another architecture than the node: set `image.platforms` to that of the nodes.',
  ],
  [
    /GATI_(?:MIGRATE|DATABASE)\w*: /,
    'crash',
    'Correct the migration, or GATI_DATABASE, and deploy again. The old release serves meanwhile.',
  ],
  [
    /EROFS: read-only file system/,
    'crash',
    'The root of the container is read-only: write to /data or /tmp, which end with the pod.',
  ],
  [
    /Cannot find (?:module|package)|ERR_MODULE_NOT_FOUND/,
    'crash',
    'Declare the package in `dependencies`, install it, and build again: the image has what the build bundles.',
  ],
];

/** Replaces the cause of a crash by what its log says. */
export function explainLogs(cause: Cause, logs: string[]): Cause {
  if (cause.code !== 'crash') return cause;
  for (const [pattern, code, fix] of LINES) {
    const line = logs.findLast((each) => pattern.test(each));
    if (line !== undefined)
      return { ...cause, code, fix, why: `${cause.why}: ${line.trim().slice(0, 300)}` };
  }
  return cause;
}
