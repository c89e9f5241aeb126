import { defineConfig } from 'vite';
import gati from 'vite-plugin-gati';

export default defineConfig({
  plugins: [
    gati({
      modules: {
        scorer: 'exec:./modules/scorer/main.py',
        greeter: 'exec:./modules/greeter/greeter',
        counter: 'exec:./modules/counter/counter',
        lookup: 'mcp:exec:./modules/lookup/server.py',
        rot: 'wasm:./modules/rot/rot.wasm',
        words: 'npm:@acme/words@^1',
        apart: { source: 'npm:@acme/words@^1', isolate: true },
      },
    }),
  ],
});
