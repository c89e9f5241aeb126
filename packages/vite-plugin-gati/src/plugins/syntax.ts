import { type Plugin, transformWithOxc } from 'vite';
import { NODE_TARGET } from '../build/environments.ts';
import { findUnsupportedSyntax, hasUsing, MAY_BE_UNSUPPORTED } from '../build/find-syntax.ts';
import { isGatiPackage } from '../build/own-packages.ts';
import { reportAt } from '../build/report-at.ts';
import { ENVIRONMENT } from '../environment-name.ts';

/**
 * Rejects syntax of server code that Node can't run and that the bundler does not lower, with its
 * place. In development it also lowers `using`, as a build does.
 */
export function syntaxPlugin(): Plugin {
  return {
    name: 'gati:syntax',
    sharedDuringBuild: true,
    applyToEnvironment: (environment) => environment.name === ENVIRONMENT,
    transform: {
      filter: {
        id: { include: /\.[cm]?[jt]sx?(?:$|\?)/, exclude: [/^\0/, /[\\/]node_modules[\\/]/] },
        code: MAY_BE_UNSUPPORTED,
      },
      async handler(code, id) {
        // Packages of Gati may be links to places outside of any `node_modules`.
        if (isGatiPackage(id)) return undefined;
        const { root, command, build } = this.environment.config;
        const isDev = command === 'serve';
        const program = this.parse(code);
        const node = isDev ? process.versions.node : nodeOf(build.target);
        const found = findUnsupportedSyntax(program, Number.parseInt(node));
        if (found) {
          const { what, fix, start, end } = found;
          const text = code.slice(start, end);
          const message = `${what}, \`${text}\`, can't run on Node ${node}.`;
          reportAt(
            { root, id: id.replace(/\?.*$/, ''), text },
            { code: 'GATI_SYNTAX_UNSUPPORTED', message, fix },
          );
        }
        if (!isDev || !hasUsing(program)) return undefined;
        const lowered = await transformWithOxc(code, id, { lang: 'js', target: NODE_TARGET });
        return { code: lowered.code, map: lowered.map };
      },
    },
  };
}

/** Returns the version of Node that a build is for. */
function nodeOf(target: string | string[] | false): string {
  const found = [target].flat().find((name) => typeof name === 'string' && name.startsWith('node'));
  return String(found || NODE_TARGET).slice('node'.length);
}
