import { defineConfig, type UserConfig } from 'tsdown';
import { library } from '../tsdown.shared.ts';

const config: UserConfig = defineConfig(
  library({
    index: 'src/index.ts',
    cli: 'src/cli/main.ts',
    client: 'src/client/index.ts',
    esbuild: 'src/esbuild.ts',
    'generate-worker': 'src/dev/generate-worker.ts',
    rolldown: 'src/rolldown.ts',
    rollup: 'src/rollup.ts',
    webpack: 'src/webpack.ts',
  }),
);
export default config;
