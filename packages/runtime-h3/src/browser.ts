/**
 * Entry `@gati/runtime-h3/browser`: pure functions of the server that the pages of the panel use
 * too, so that both decide alike. They use nothing of Node. Internal: changes without notice.
 */
export { explain, type InputError } from './validate/explain.ts';
export { RUN_OUTCOMES } from './types/run-outcome.ts';
export { isSecretName } from './telemetry/log/secret-name.ts';
