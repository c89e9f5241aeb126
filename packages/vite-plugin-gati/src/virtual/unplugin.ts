import { createUnplugin, type UnpluginInstance } from 'unplugin';
import { createIds, SPECIFIER } from './ids.ts';
import type { VirtualInput } from './virtual-module.ts';
import { VIRTUAL_MODULES, type VirtualName } from './registry.ts';

/** The virtual modules, provided with hooks that every bundler has. */
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
        // Bundlers pass an id to a filter in different forms.
        filter: { id: /virtual[:/\\%]/ },
        async handler(id) {
          const name = ids.fromId(id);
          return name === undefined
            ? null
            : { code: await VIRTUAL_MODULES[name](input), map: null };
        },
      },
      watchChange: () => input.context.invalidate(),
      buildEnd: () => input.end?.(),
      esbuild: {
        setup(build) {
          // Relies on: unplugin puts virtual modules into an esbuild namespace. esbuild resolves
          // files only in its own namespace, so their imports are resolved here.
          build.onResolve({ filter: /.*/, namespace: 'gati:virtual' }, ({ path, kind }) =>
            SPECIFIER.test(path)
              ? undefined
              : build.resolve(path, { resolveDir: input.root(), kind }),
          );
        },
      },
      webpack(compiler) {
        const { NormalModuleReplacementPlugin } = compiler.webpack;
        // webpack looks up the handler of a URL scheme before it runs the resolvers of plugins.
        new NormalModuleReplacementPlugin(/^virtual:gati\//, (resource) => {
          resource.request = resource.request.replace(/^virtual:/, '');
        }).apply(compiler);
      },
    };
  },
);
