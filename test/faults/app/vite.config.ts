import { defineConfig } from 'vite';
import gati from 'vite-plugin-gati';

// The build reads the descriptor of a module that works: `FAULT` is not set then.
const faulty = { source: 'exec:./modules/faulty/main.mjs', env: ['FAULT'] };

export default defineConfig({
  plugins: [gati({ modules: { faulty } })],
  logLevel: 'warn',
});
