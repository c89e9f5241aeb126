import fs from 'node:fs';
import path from 'node:path';
import { build } from 'vite';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { expect, test } from 'vitest';
import { createContext } from '../../src/context.ts';
import gati from '../../src/index.ts';
import { devtoolsModule } from '../../src/virtual/modules/devtools.ts';

function createApp(): string {
  const root = temporaryFolder('client-app');
  const files = {
    'package.json': '{"name":"shop","version":"1.0.0","type":"module"}',
    'src/handlers/items/[id].get.js': 'export const handler = () => 1;',
    'main.js': "import devtools from 'virtual:gati/devtools'; globalThis.plugin = devtools;",
  };
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    fs.writeFileSync(path.join(root, name), text);
  }
  return root;
}

const print = (root: string, isDevelopment: boolean): Promise<string> | string => {
  const context = createContext({});
  context.open(root);
  return devtoolsModule({
    context,
    root: () => root,
    client: () => undefined,
    development: () => isDevelopment,
  });
};

test('in development, virtual:gati/devtools has the routes, and says which package is missing', async () => {
  const root = createApp();
  expect(await print(root, true)).toContain('install @vue/devtools-api');
  const api = path.join(root, 'node_modules/@vue/devtools-api');
  fs.mkdirSync(api, { recursive: true });
  fs.writeFileSync(path.join(api, 'package.json'), '{"name":"@vue/devtools-api","main":"i.js"}');
  fs.writeFileSync(path.join(api, 'i.js'), '');
  const text = await print(root, true);
  expect(text).toContain("import { routes } from 'virtual:gati/routes';");
  expect(text).toContain("panel: '/_control'");
});

test('in a build, virtual:gati/devtools is a plugin that does nothing', async () => {
  const root = createApp();
  const bundle = (await build({
    root,
    configFile: false,
    logLevel: 'error',
    plugins: gati().filter(({ name }) => name === 'gati:virtual'),
    build: { write: false, lib: { entry: 'main.js', formats: ['es'] }, minify: true },
  })) as { output: { code: string }[] }[];
  const code = bundle[0]!.output.map((chunk) => chunk.code).join('');
  expect(code.length).toBeLessThan(100);
  expect(code).not.toMatch(/devtools|traceparent|onCall/i);
});
