/** Files and requests that a page of the documentation shows. */
export interface Examples {
  /** Text by file, from code fences whose info string has a path after the language. */
  files: Map<string, string>;
  /** Requests, from code fences with lines `$ curl …`. */
  requests: ExampleRequest[];
}

export interface ExampleRequest {
  method: string;
  path: string;
  body?: string;
  headers: Record<string, string>;
  /** Body of the response, as the page shows it below the command. */
  response: string;
}

/** Reads the files and the requests of a page. */
export function readExamples(markdown: string): Examples {
  const files = new Map<string, string>();
  const requests: ExampleRequest[] = [];
  for (const [, info, content] of markdown.matchAll(/^```([^\n]*)\n([\s\S]*?)^```$/gm)) {
    const [language, file] = info!.trim().split(/\s+/);
    if (file && /^(?:ts|vue|html|json|sh)$/.test(language!)) files.set(file, content!);
    if (language === 'sh') requests.push(...readRequests(content!));
  }
  return { files, requests };
}

function readRequests(session: string): ExampleRequest[] {
  return session
    .split(/^\$ /m)
    .filter((block) => block.startsWith('curl '))
    .map((block) => {
      const [command, ...response] = block.split('\n');
      return { ...parseCurl(command!), response: response.join('\n').trim() };
    });
}

/**
 * Parses a curl command: `-X METHOD`, `-H 'name: value'`, `--json 'body'`, `-d 'body'`, `-i`, `-N`,
 * `-s` and the address.
 */
function parseCurl(command: string): Omit<ExampleRequest, 'response'> {
  const words = [...command.matchAll(/'([^']*)'|(\S+)/g)]
    .map(([, quoted, plain]) => quoted ?? plain!)
    .slice(1);
  const request: Omit<ExampleRequest, 'response'> = { method: 'GET', path: '', headers: {} };
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
    else if (!['-g', '-i', '-N', '-s'].includes(word))
      throw new Error(`parseCurl does not support the option ${word}: ${command}`);
  }
  return request;
}
