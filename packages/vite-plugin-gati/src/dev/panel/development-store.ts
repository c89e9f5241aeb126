/** File of the telemetry of development by default, from the root of the project. */
export const DEVELOPMENT_STORE = '.gati/telemetry.db';
