import { createRequire } from 'node:module';
import path from 'node:path';
import { PANEL_PATH } from '@gati/contract/internal';
import type { VirtualInput } from '../virtual-module.ts';

/** The package of the app that connects to Vue DevTools. */
const DEVTOOLS_API = '@vue/devtools-api';

/** Plugin of a build, and of an app without the package: it does nothing. */
const NO_PLUGIN = 'export default { install() {} };\n';

/**
 * `virtual:gati/devtools`: the Vue plugin that shows the calls of the client in Vue DevTools, in
 * development.
 */
export function devtoolsModule({ context, root, development }: VirtualInput): string {
  if (!development?.()) return NO_PLUGIN;
  if (!isInstalled(root()))
    return `console.warn('virtual:gati/devtools: install ${DEVTOOLS_API} to see calls in Vue DevTools.');\n${NO_PLUGIN}`;
  const options = [
    'setupDevToolsPlugin',
    'onCall',
    'routes: routes.map(({ id }) => id)',
    ...(context.project.options.panel ? [`panel: '${PANEL_PATH}'`] : []),
  ];
  return `import { setupDevToolsPlugin } from '${DEVTOOLS_API}';
import { onCall } from 'vite-plugin-gati/client';
import { createVueDevtools } from 'vite-plugin-gati/vue-devtools';
import { routes } from 'virtual:gati/routes';
export default createVueDevtools({ ${options.join(', ')} });
`;
}

function isInstalled(root: string): boolean {
  try {
    createRequire(path.join(root, 'package.json')).resolve(DEVTOOLS_API);
    return true;
  } catch {
    return false;
  }
}
