import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type EditorServer, placeOf } from './editor-server.ts';

interface Message {
  id?: number;
  method?: string;
  params?: unknown;
  result?: unknown;
}

const HEAD_END = '\r\n\r\n';

/** Starts the server of TypeScript 7, which uses the Language Server Protocol. */
export function startLanguageServer(root: string): EditorServer {
  const package7 = createRequire(import.meta.url).resolve('typescript-7/package.json');
  const tsc = path.join(path.dirname(package7), 'bin/tsc');
  const child = spawn(process.execPath, [tsc, '--lsp', '--stdio'], {
    cwd: root,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const waiting = new Map<number, (result: unknown) => void>();
  const send = (message: Message): void => {
    const text = JSON.stringify({ jsonrpc: '2.0', ...message });
    child.stdin.write(`Content-Length: ${Buffer.byteLength(text)}${HEAD_END}${text}`);
  };
  const onMessage = ({ id, method, params, result }: Message): void => {
    if (id === undefined) return;
    if (method === undefined) return waiting.get(id)?.(result);
    const { items } = params as { items?: unknown[] };
    send({ id, result: items?.map(() => null) ?? null });
  };
  let buffer = Buffer.alloc(0);
  child.stdout.on('data', (chunk: Buffer) => {
    buffer = Buffer.concat([buffer, chunk]);
    for (;;) {
      const start = buffer.indexOf(HEAD_END) + HEAD_END.length;
      if (start < HEAD_END.length) return;
      const end =
        start + Number(/Content-Length: (\d+)/.exec(buffer.toString('latin1', 0, start))![1]);
      if (buffer.length < end) return;
      const text = buffer.toString('utf8', start, end);
      buffer = buffer.subarray(end);
      onMessage(JSON.parse(text) as Message);
    }
  });
  let last = 0;
  const ask = <Result>(method: string, params: object): Promise<Result> => {
    const id = ++last;
    send({ id, method, params });
    return new Promise((resolve) => waiting.set(id, resolve as (result: unknown) => void));
  };
  const ready = ask('initialize', {
    processId: process.pid,
    rootUri: pathToFileURL(root).href,
    capabilities: { textDocument: { hover: { contentFormat: ['markdown'] } } },
  }).then(() => send({ method: 'initialized', params: {} }));
  const opened = new Set<string>();
  const askAt = async <Result>(
    method: string,
    file: string,
    needle: string,
    afterDot?: boolean,
  ): Promise<Result> => {
    await ready;
    const { text, line, column, ...place } = placeOf(root, file, needle, afterDot);
    const { href: uri } = pathToFileURL(place.file);
    const textDocument = { uri, languageId: 'typescript', version: 1, text };
    if (!opened.has(uri)) send({ method: 'textDocument/didOpen', params: { textDocument } });
    opened.add(uri);
    return ask(method, { textDocument: { uri }, position: { line, character: column } });
  };
  return {
    async definitions(file, needle) {
      const found = await askAt<{ uri: string; range: { start: { line: number } } }[]>(
        'textDocument/definition',
        file,
        needle,
      );
      return found.map(({ uri, range }) => ({
        file: path.relative(root, fileURLToPath(uri)),
        line: range.start.line + 1,
      }));
    },
    async hover(file, needle) {
      const { contents } = await askAt<{ contents: { value: string } }>(
        'textDocument/hover',
        file,
        needle,
      );
      return contents.value.replace(/^```[^]*?```\n/, '');
    },
    async completions(file, needle) {
      const { items } = await askAt<{ items: { label: string }[] }>(
        'textDocument/completion',
        file,
        needle,
        true,
      );
      return items.map(({ label }) => label);
    },
    close: () => void child.kill(),
  };
}
