import { createBuilder } from 'vite';
import { freshFolder, write } from './app.mjs';

/**
 * Builds the Gati app with the same routes as `servers/`, and returns its folder.
 *
 * @param panel whether the server contains the panel
 */
export async function buildRequestApp(panel = true) {
  const dir = freshFolder(panel ? 'request' : 'request-without-panel');
  write(
    dir,
    'package.json',
    JSON.stringify({ name: 'request', version: '1.0.0', private: true, type: 'module' }),
  );
  write(
    dir,
    'vite.config.ts',
    "import gati from 'vite-plugin-gati';\n\nexport default { plugins: [gati(OPTIONS)], logLevel: 'warn' };\n".replace(
      'OPTIONS',
      panel ? '' : '{ panel: false }',
    ),
  );
  write(
    dir,
    'src/handlers/users/one.ts',
    `export const route = 'GET /users/:id';

export const handler: Handler<typeof route> = async (req) => ({ id: req.params.id, name: 'Ada', roles: ['admin', 'dev'] });
`,
  );
  write(
    dir,
    'src/handlers/users/create.ts',
    `export const route = 'POST /users';

export type Body = { name: string; email: string; age: number; active: boolean; tags: string[]; address: { city: string; zip: string } };

export const handler: Handler<typeof route> = async (req, res) => {
  res.status = 201;
  return { id: 'u1', name: req.body.name, city: req.body.address.city, tags: req.body.tags };
};
`,
  );
  // 48 more routes, so that the route table has a realistic size.
  for (let i = 0; i < 48; i++)
    write(
      dir,
      `src/handlers/d${i % 12}/things${i}.ts`,
      `export const route = 'GET /d${i % 12}/things${i}/:id';\n\nexport const handler: Handler<typeof route> = async (req) => ({ id: req.params.id });\n`,
    );
  await viteBuild(dir);
  return dir;
}

/** Runs `vite build` for all environments. */
export async function viteBuild(dir) {
  const builder = await createBuilder({ root: dir, logLevel: 'warn' });
  await builder.buildApp();
}
