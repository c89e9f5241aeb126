/** Name of the one Vite environment that runs the backend. */
export const ENVIRONMENT = 'gati';
