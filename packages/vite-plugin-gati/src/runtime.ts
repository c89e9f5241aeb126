/**
 * Entry `vite-plugin-gati/runtime`: what handlers, guards and modules import, for apps that do not
 * have `@gati/runtime-h3` among their own dependencies. Package managers such as pnpm let an app
 * import only those.
 */
export { defineModule, HttpError, isHttpError } from '@gati/runtime-h3';
export type { HttpErrorOptions, InputError, Problem } from '@gati/runtime-h3';
