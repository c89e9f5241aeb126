import { createUnplugin, type UnpluginInstance } from 'unplugin';
import { RELEASE_ID_PLACEHOLDER } from '../build/release-id.ts';
import { reportDiagnostics } from '../build/report.ts';
import type { PluginContext } from '../context.ts';
import { toManifest } from '../emit/manifest.ts';
import { CLIENT_FILE, printClient } from './modules/client.ts';
import { createIds, SPECIFIER, type VirtualName } from './ids.ts';
import { printManifestModule } from './modules/manifest.ts';
import { printRelease } from './modules/release.ts';
import { printRoutes } from './modules/routes.ts';
import { printServer } from './modules/server.ts';

export interface VirtualInput {
  context: PluginContext;
  /** Absolute. */
  root(): string;
  hasClient(): boolean;
  /** Of the release, where it is not what the app says of itself. */
  version?(): string | undefined;
  /** Called when all modules are read. */
  end?(): Promise<void>;
}

/** The virtual modules, by hooks that every bundler has. */
export const virtualModules: UnpluginInstance<VirtualInput, false> = createUnplugin(
  (input: VirtualInput, { framework }) => {
    const ids = createIds(framework, input.root);
    return {
      name: 'gati:virtual',
      enforce: 'pre',
      resolveId: {
        filter: { id: SPECIFIER },
        handler(source) {
          const name = SPECIFIER.exec(source)?.[1];
          return name === undefined ? null : ids.toId(name as VirtualName);
        },
      },
      load: {
        // Bundlers differ in which form of an id a filter sees.
        filter: { id: /virtual[:/\\%]/ },
        async handler(id) {
          const name = ids.fromId(id);
          return name === undefined ? null : { code: await print(name, input), map: null };
        },
      },
      watchChange: () => input.context.invalidate(),
      buildEnd: () => input.end?.(),
      esbuild: {
        setup(build) {
          // esbuild looks for files in its own namespace only, and the virtual modules stand in another.
          build.onResolve({ filter: /.*/, namespace: 'gati:virtual' }, ({ path, kind }) =>
            SPECIFIER.test(path)
              ? undefined
              : build.resolve(path, { resolveDir: input.root(), kind }),
          );
        },
      },
      webpack(compiler) {
        const { NormalModuleReplacementPlugin } = compiler.webpack;
        // webpack asks a scheme's own handler before any plugin that resolves.
        new NormalModuleReplacementPlugin(/^virtual:gati\//, (resource) => {
          resource.request = resource.request.replace(/^virtual:/, '');
        }).apply(compiler);
      },
    };
  },
);

async function print(
  name: VirtualName,
  { context, root, hasClient, version }: VirtualInput,
): Promise<string> {
  const { project } = context;
  switch (name) {
    case 'server':
      return printServer(project.options, {
        hasClient: hasClient(),
        hasEffects: (await project.scan()).effects.length > 0,
      });
    case 'routes':
      return printRoutes(await project.scan());
    case 'client':
      if (!(await project.isGenerated(CLIENT_FILE)))
        await project.generate(await context.analysis());
      return printClient(root());
    case 'manifest': {
      const { contract } = await context.analysis();
      return printManifestModule(toManifest({ app: project.app, contract }));
    }
    case 'release': {
      const { scan, contract, diagnostics } = await context.analysis();
      reportDiagnostics(diagnostics, () => undefined);
      return printRelease({
        root: root(),
        scan,
        contract,
        version: version?.() ?? project.app.version,
        id: RELEASE_ID_PLACEHOLDER,
      });
    }
  }
}
