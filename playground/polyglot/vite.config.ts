import { defineConfig } from 'vite';
import gati from 'vite-plugin-gati';

export default defineConfig({
  plugins: [
    gati({
      modules: {
        scorer: 'exec:./modules/scorer/main.py',
        lookup: 'mcp:exec:./modules/lookup/server.py',
      },
    }),
  ],
});
