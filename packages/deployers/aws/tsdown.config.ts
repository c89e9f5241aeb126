import { defineConfig, type UserConfig } from 'tsdown';
import { library, licenses } from '../../tsdown.shared.ts';

/**
 * Packages bundled into `dist`. The clients of AWS take 60 MB when they are installed, and 3 MB
 * with the used operations only. The build fails if it bundles a package that is not in this list.
 */
const BUILT_IN = [/^@aws-sdk\//, /^@smithy\//, /^@aws\//, /^@aws-crypto\//, 'bowser', 'tslib'];

const config: UserConfig = defineConfig(
  library({ index: 'src/index.ts' }, { deps: { onlyBundle: BUILT_IN }, plugins: [licenses] }),
);
export default config;
