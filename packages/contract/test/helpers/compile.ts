import ts from 'typescript';

const libraries = new Map<string, ts.SourceFile | undefined>();

/** Returns the errors of the TypeScript compiler for one module, as `line: message`. */
export function compileErrors(text: string): string[] {
  const name = '/module.ts';
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2022.d.ts', 'lib.dom.d.ts'],
    types: [],
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.getSourceFile = (file, ...rest) => {
    if (file === name) return ts.createSourceFile(file, text, ts.ScriptTarget.ES2022);
    if (!libraries.has(file)) libraries.set(file, getSourceFile.call(host, file, ...rest));
    return libraries.get(file);
  };
  host.fileExists = (file) => file === name || fileExists.call(host, file);
  const program = ts.createProgram([name], options, host);
  return ts.getPreEmitDiagnostics(program).map((found) => {
    const line = found.file
      ? found.file.getLineAndCharacterOfPosition(found.start ?? 0).line + 1
      : 0;
    return `${line}: ${ts.flattenDiagnosticMessageText(found.messageText, '\n')}`;
  });
}
