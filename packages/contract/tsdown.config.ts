import { defineConfig, type UserConfig } from 'tsdown';
import { library } from '../tsdown.shared.ts';

const config: UserConfig = defineConfig(
  library({ index: 'src/index.ts', data: 'src/data.ts', internal: 'src/internal.ts' }),
);
export default config;
