import { defineConfig, type UserConfig } from 'tsdown';
import { library } from '../tsdown.shared.ts';

const config: UserConfig = defineConfig(
  library({
    index: 'src/index.ts',
    app: 'src/app/index.ts',
    checks: 'src/checks.ts',
    dev: 'src/dev.ts',
    releases: 'src/releases/index.ts',
    server: 'src/server/index.ts',
    test: 'src/test.ts',
    types: 'src/types.ts',
  }),
);
export default config;
