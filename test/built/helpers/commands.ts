import path from 'node:path';
import { root } from '@gati/test-kit/repository';

/** Scripts to run with Node: the built CLIs of this repository, and its Vite and Vitest. */
export const CREATE_GATI: string = path.join(root, 'packages/create-gati/dist/cli.mjs');
export const GATI: string = path.join(root, 'packages/vite-plugin-gati/dist/cli.mjs');
export const VITE: string = path.join(root, 'node_modules/vite/bin/vite.js');
export const VITEST: string = path.join(root, 'node_modules/vitest/vitest.mjs');

/** The environment without the variables that Vitest sets, which Vite and Vitest would read. */
export const env: NodeJS.ProcessEnv = { ...process.env, VITEST: undefined, NODE_ENV: undefined };
