import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import readline from 'node:readline';

/** A definition, as an editor opens it. */
export interface Definition {
  /** From the root, with `/`. */
  file: string;
  /** From 1. */
  line: number;
}

/** The server of TypeScript that editors use. */
export interface EditorServer {
  /** Goes to the definition of the last name in `needle`, which the file has once. */
  definitions(file: string, needle: string): Promise<Definition[]>;
  /** The text that an editor shows above the same name. */
  hover(file: string, needle: string): Promise<string>;
  close(): void;
}

interface Reply {
  type: string;
  request_seq?: number;
  success?: boolean;
  body?: unknown;
}

export function startEditorServer(root: string): EditorServer {
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
  const ask = (command: string, file: string, needle: string): Promise<Reply> => {
    const absolute = path.join(root, file);
    const text = fs.readFileSync(absolute, 'utf8');
    const end = text.indexOf(needle) + needle.length - 1;
    const lines = text.slice(0, end).split('\n');
    send('open', { file: absolute });
    const seq = send(command, {
      file: absolute,
      line: lines.length,
      offset: lines.at(-1)!.length + 1,
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
    close: () => void child.kill(),
  };
}
