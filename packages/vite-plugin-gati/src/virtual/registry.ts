import type { VirtualModule } from './virtual-module.ts';
import { clientModule } from './modules/client.ts';
import { devtoolsModule } from './modules/devtools.ts';
import { manifestModule } from './modules/manifest.ts';
import { migrationsModule } from './modules/migrations.ts';
import { releaseModule } from './modules/release.ts';
import { routesModule } from './modules/routes.ts';
import { serverModule } from './modules/server.ts';

/**
 * All virtual modules, by their name after `virtual:gati/`. To add one, write a file in `modules/`,
 * add a line here, and declare its types in `types.d.ts`. If it depends on the app's files, add its name
 * to {@link CHANGES_WITH_FILES}.
 */
export const VIRTUAL_MODULES = {
  client: clientModule,
  devtools: devtoolsModule,
  manifest: manifestModule,
  migrations: migrationsModule,
  release: releaseModule,
  routes: routesModule,
  server: serverModule,
} satisfies Record<string, VirtualModule>;

export type VirtualName = keyof typeof VIRTUAL_MODULES;

/** Modules that a development server prints again after an edit of the app's files. */
export const CHANGES_WITH_FILES: readonly VirtualName[] = [
  'release',
  'manifest',
  'migrations',
  'routes',
];
