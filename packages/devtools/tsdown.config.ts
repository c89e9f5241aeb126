import { defineConfig, type UserConfig } from 'tsdown';
import { library } from '../tsdown.shared.ts';

/**
 * The server part, and the same for built servers: files of their own that need no packages.
 * `vite.config.ts` builds the pages into `dist/app`.
 */
const config: UserConfig[] = defineConfig([
  library({ server: 'src/server/index.ts' }),
  library(
    { panel: 'src/built/panel.ts' },
    {
      outDir: 'dist/built',
      dts: false,
      publint: false,
      attw: false,
      minify: true,
      deps: { alwaysBundle: [/./], onlyBundle: false },
    },
  ),
]) as UserConfig[];
export default config;
