import { defineConfig, type UserConfig } from 'tsdown';
import { library } from '../tsdown.shared.ts';

const config: UserConfig[] = defineConfig([
  library(
    {
      index: 'src/index.ts',
      cli: 'src/cli/main.ts',
      client: 'src/client/index.ts',
      esbuild: 'src/virtual/bundlers/esbuild.ts',
      'generate-worker': 'src/generate/worker.ts',
      rolldown: 'src/virtual/bundlers/rolldown.ts',
      rollup: 'src/virtual/bundlers/rollup.ts',
      runtime: 'src/runtime.ts',
      'vue-devtools': 'src/vue-devtools/index.ts',
      webpack: 'src/virtual/bundlers/webpack.ts',
    },
    // The pages that `gati explain` prints.
    { copy: [{ from: '../../docs/errors', to: 'dist' }] },
  ),
  // The runtime of the client for both module systems, with its sources: a part of each SDK.
  {
    entry: { runtime: 'src/client/index.ts' },
    format: ['esm', 'cjs'],
    platform: 'neutral',
    target: 'es2023',
    outDir: 'dist/sdk',
    clean: false,
    fixedExtension: true,
    dts: { oxc: true, sourcemap: true },
    copy: [{ from: 'src/client', to: 'dist/sdk' }],
  },
]);
export default config;
