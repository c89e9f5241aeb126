import { defineConfig, type UserConfig } from 'tsdown';
import { library } from '../../tsdown.shared.ts';

const config: UserConfig[] = defineConfig([
  library({ index: 'src/index.ts', cloud: 'src/cloud/index.ts', cli: 'src/cli/main.ts' }),
  // A deploy adds this file to an image with a panel, so the file must not need packages.
  library(
    { cluster: 'src/panel/open-cluster.ts' },
    {
      outDir: 'dist/panel',
      dts: false,
      publint: false,
      attw: false,
      minify: true,
      deps: { alwaysBundle: [/./], onlyBundle: false },
    },
  ),
]) as UserConfig[];
export default config;
