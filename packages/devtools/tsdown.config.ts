import { defineConfig, type UserConfig } from 'tsdown';
import { library } from '../tsdown.shared.ts';

/** The server part. `vite.config.ts` builds the pages into `dist/app`. */
const config: UserConfig = defineConfig(library({ server: 'src/server/index.ts' }));
export default config;
