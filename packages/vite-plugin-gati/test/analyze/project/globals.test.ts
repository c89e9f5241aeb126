import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { GLOBALS } from '../../../src/analyze/project/globals.ts';

/** Types that the analysis and the runtime both declare; each must be assignable to the other. */
const PAIRS = [
  'Req<Id>',
  'GlobalContext',
  'LocalContext',
  'EffectContext',
  "Omit<Res, 'json' | 'text' | 'redirect' | 'stream'>",
  'Parameters<Handler<Id>>[0]',
  'Parameters<Socket<Id>["message"] & {}>[1]',
  'SocketPeer<Id>',
  'RouteLocal<Id>',
  'Parameters<Guard>',
  'ReturnType<Guard>',
  'Parameters<Middleware>[3]',
];
const IDS = ["'POST /users/:id/*rest'", 'string'];

test('the global types of the analysis equal those of the runtime', () => {
  const types = fileURLToPath(
    new URL('../../../../runtime-h3/src/types/context.ts', import.meta.url),
  );
  const effects = fileURLToPath(
    new URL('../../../../runtime-h3/src/types/effects.ts', import.meta.url),
  );
  const lines = [
    `import type * as Context from '${types}';`,
    `import type { EffectContext as RealEffectContext } from '${effects}';`,
    'type Both<A, B> = [A] extends [B] ? ([B] extends [A] ? true : "the runtime has more") : "the analysis has more";',
  ];
  const real = (text: string): string =>
    text
      .replace(
        /\b(Req|GlobalContext|LocalContext|RouteLocal|SocketPeer|Handler|Guard|Middleware|Res)\b/g,
        'Context.$1',
      )
      .replace(/\bSocket\b/g, 'Context.SocketHooks')
      .replace(/\bEffectContext\b/g, 'RealEffectContext');
  for (const [index, id] of IDS.entries())
    for (const [number, pair] of PAIRS.entries())
      lines.push(
        `export const pair${index}_${number}: Both<${pair.replaceAll('Id', id)}, ${real(pair).replaceAll('Id', id)}> = true;`,
      );
  const files = new Map([
    [
      '/virtual/globals.d.ts',
      `${GLOBALS}interface GatiRoutes { 'GET /x': {} }\ninterface GatiEffects { mail: { to: string } }\n`,
    ],
    ['/virtual/test.ts', lines.join('\n')],
  ]);
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    target: ts.ScriptTarget.ESNext,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    allowImportingTsExtensions: true,
    skipLibCheck: true,
    types: [],
    lib: ['lib.esnext.d.ts', 'lib.dom.d.ts'],
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (file) => files.has(file) || fileExists(file);
  host.getSourceFile = (file, target, ...rest) => {
    const text = files.get(file);
    return text === undefined
      ? getSourceFile(file, target, ...rest)
      : ts.createSourceFile(file, text, target, true);
  };
  const program = ts.createProgram({ rootNames: [...files.keys()], options, host });
  const diagnostics = [...files.keys()].flatMap((file) =>
    program.getSemanticDiagnostics(program.getSourceFile(file)),
  );
  expect(
    diagnostics.map(
      ({ messageText, file, start = 0 }) =>
        `${ts.flattenDiagnosticMessageText(messageText, ' ')} | ${file?.text.slice(start, start + 80)}`,
    ),
  ).toEqual([]);
});
