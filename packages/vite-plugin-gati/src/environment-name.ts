/** Name of the Vite environment that runs the backend. */
export const ENVIRONMENT = 'gati';
