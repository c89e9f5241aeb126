import { defineConfig, type UserConfig } from 'tsdown';
import { library } from '../../tsdown.shared.ts';

const config: UserConfig = defineConfig(
  library({ index: 'src/index.ts', cloud: 'src/cloud/index.ts', cli: 'src/cli/main.ts' }),
);
export default config;
