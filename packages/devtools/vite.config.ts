import vue from '@vitejs/plugin-vue';
import { defineConfig, type UserConfig } from 'vite';

/** The pages of the panel. Under their policy a browser loads files of the panel only, nothing inline. */
const config: UserConfig = defineConfig({
  root: 'src/app',
  base: '/_control/',
  plugins: [vue()],
  define: { __VUE_OPTIONS_API__: 'false', __VUE_PROD_DEVTOOLS__: 'false' },
  build: {
    outDir: '../../dist/app',
    emptyOutDir: true,
    // `npm run budgets` reads which chunks belong together.
    manifest: 'manifest.json',
    target: 'baseline-widely-available',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The editor of JSON, which few visits load. `npm run budgets` limits each chunk.
    chunkSizeWarningLimit: 500,
  },
});
export default config;
