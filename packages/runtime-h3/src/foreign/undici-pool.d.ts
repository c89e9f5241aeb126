/**
 * Imports only the pool. The entry of the package would also bundle `fetch`, WebSockets and mocks.
 */
declare module 'undici/lib/dispatcher/pool.js' {
  import type { Pool } from 'undici';
  const pool: typeof Pool;
  export default pool;
}
