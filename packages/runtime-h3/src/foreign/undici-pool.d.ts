/** The pool alone: the package's entry would bundle `fetch`, WebSockets and mocks too. */
declare module 'undici/lib/dispatcher/pool.js' {
  import type { Pool } from 'undici';
  const pool: typeof Pool;
  export default pool;
}
