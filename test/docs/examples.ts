/** What a page shows: files (fences whose info string names one) and requests (`$ curl …` with the answer below it). */
export interface Examples {
  files: Map<string, string>;
  requests: Request[];
}

export interface Request {
  method: string;
  path: string;
  body?: string;
  headers: Record<string, string>;
  /** As the page shows it. */
  answer: string;
}

export function toExamples(markdown: string): Examples {
  const files = new Map<string, string>();
  const requests: Request[] = [];
  for (const [, info, content] of markdown.matchAll(/^```([^\n]*)\n([\s\S]*?)^```$/gm)) {
    const [language, file] = info!.trim().split(/\s+/);
    if (file && /^(?:ts|vue|html|json|sh)$/.test(language!)) files.set(file, content!);
    if (language === 'sh') requests.push(...toRequests(content!));
  }
  return { files, requests };
}

function toRequests(session: string): Request[] {
  return session
    .split(/^\$ /m)
    .filter((block) => block.startsWith('curl '))
    .map((block) => {
      const [command, ...answer] = block.split('\n');
      return { ...toRequest(command!), answer: answer.join('\n').trim() };
    });
}

/** Of curl: `-X METHOD`, `-H 'name: value'`, `--json 'body'`, `-d 'body'`, `-N` and the address. */
function toRequest(command: string): Omit<Request, 'answer'> {
  const words = [...command.matchAll(/'([^']*)'|(\S+)/g)]
    .map(([, quoted, plain]) => quoted ?? plain!)
    .slice(1);
  const request: Omit<Request, 'answer'> = { method: 'GET', path: '', headers: {} };
  while (words.length > 0) {
    const word = words.shift()!;
    if (word === '-X') request.method = words.shift()!;
    else if (word === '-H') {
      const [name, value] = words.shift()!.split(/:\s*/, 2);
      request.headers[name!] = value!;
    } else if (word === '--json' || word === '-d') {
      request.body = words.shift()!;
      request.headers['content-type'] ??=
        word === '-d' ? 'application/x-www-form-urlencoded' : 'application/json';
      if (request.method === 'GET') request.method = 'POST';
    } else if (!word.startsWith('-')) request.path = word.replace(/^(?:https?:\/\/)?[^/]+/, '');
    else if (!['-i', '-N', '-s'].includes(word))
      throw new Error(`The documentation test does not know curl's ${word}: ${command}`);
  }
  return request;
}
