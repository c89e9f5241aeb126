import { freshFolder, write } from './app.mjs';
import { viteBuild } from './request-app.mjs';

/** Builds an app with one handler and returns its folder. */
export async function buildMinimalApp() {
  const dir = freshFolder('minimal');
  write(
    dir,
    'package.json',
    JSON.stringify({ name: 'minimal', version: '1.0.0', private: true, type: 'module' }),
  );
  write(
    dir,
    'vite.config.ts',
    "import gati from 'vite-plugin-gati';\n\nexport default { plugins: [gati()], logLevel: 'warn' };\n",
  );
  write(
    dir,
    'src/handlers/hello.ts',
    `export const route = 'GET /hello/:name';

export const handler: Handler<typeof route> = (req) => ({ hello: req.params.name });
`,
  );
  await viteBuild(dir);
  return dir;
}
