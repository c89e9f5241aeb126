/** Entry `@gati/runtime-h3`: what handlers and modules import. */
export { HttpError, type HttpErrorOptions, isHttpError } from './app/response/http-error.ts';
export { defineModule } from './modules/define-module.ts';
export { ABI } from './types/bundle.ts';
export type * from './types/context.ts';
export type * from './types/effects.ts';
export type * from './types/modules.ts';
export type * from './ports.ts';
export type * from './types/bundle.ts';
export type { Problem } from './app/response/problem.ts';
export type { InputError } from './validate/explain.ts';
