import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import readline from 'node:readline';
import { type EditorServer, placeOf } from './editor-server.ts';

interface Reply {
  type: string;
  request_seq?: number;
  success?: boolean;
  body?: unknown;
}

/** Starts the server of TypeScript 6. */
export function startTsserver(root: string): EditorServer {
  const tsserver = createRequire(import.meta.url).resolve('typescript/lib/tsserver.js');
  const child = spawn(process.execPath, [tsserver, '--disableAutomaticTypingAcquisition'], {
    cwd: root,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const waiting = new Map<number, (reply: Reply) => void>();
  readline.createInterface({ input: child.stdout }).on('line', (line) => {
    if (!line.startsWith('{')) return;
    const reply = JSON.parse(line) as Reply;
    if (reply.type === 'response') waiting.get(reply.request_seq!)?.(reply);
  });
  let last = 0;
  const send = (command: string, args: object): number => {
    child.stdin.write(
      `${JSON.stringify({ seq: ++last, type: 'request', command, arguments: args })}\n`,
    );
    return last;
  };
  const ask = (
    command: string,
    file: string,
    needle: string,
    afterDot?: boolean,
  ): Promise<Reply> => {
    const place = placeOf(root, file, needle, afterDot);
    send('open', { file: place.file });
    const seq = send(command, {
      file: place.file,
      line: place.line + 1,
      offset: place.column + 1,
    });
    return new Promise((resolve) => waiting.set(seq, resolve));
  };
  return {
    async definitions(file, needle) {
      const { body } = await ask('definition', file, needle);
      return (body as { file: string; start: { line: number } }[]).map((each) => ({
        file: path.relative(root, each.file),
        line: each.start.line,
      }));
    },
    async hover(file, needle) {
      const { body } = await ask('quickinfo', file, needle);
      return (body as { documentation: string }).documentation;
    },
    async completions(file, needle) {
      const { body } = await ask('completionInfo', file, needle, true);
      return (body as { entries: { name: string }[] }).entries.map(({ name }) => name);
    },
    close: () => void child.kill(),
  };
}
