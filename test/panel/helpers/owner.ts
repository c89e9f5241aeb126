import http from 'node:http';
import type { ServerProcess } from '@gati/test-kit/servers';
import { totpCode } from '../../../packages/devtools/test/helpers/totp.ts';

/** A response of the panel, with its body parsed. */
export interface PanelResponse {
  status: number;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into what came
  body: any;
}

/** A person with a session in the panel of a built server. */
export interface Person {
  /** Key of the authenticator app. */
  secret: string;
  cookie: string;
  get(path: string): Promise<PanelResponse>;
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<PanelResponse>;
  act(name: string, input: object, reason?: string): Promise<PanelResponse>;
  /** Creates a token with the role `operator`. */
  createToken(): Promise<string>;
}

/** An owner, who invites others. */
export interface Owner extends Person {
  invite(role: 'viewer' | 'operator', name: string): Promise<Person>;
}

/** Sets up the panel of a server that has just started, with an authenticator app. */
export async function setUpOwner(server: ServerProcess, name = 'Ada'): Promise<Owner> {
  const [line] = await server.waitForOutput(/^\{"level":"info","msg":"panel".*\}$/m);
  const { url, setup } = JSON.parse(line!) as { url: string; setup: string };
  const { origin } = new URL(url);
  const owner = await join(origin, setup.split('#setup=')[1]!, name);
  return Object.assign(owner, {
    async invite(role: 'viewer' | 'operator', invited: string) {
      const { body } = await owner.post('access/invites/create', { role });
      return join(origin, body.url.split('#invite=')[1], invited);
    },
  });
}

/** Makes an account by a link, with an authenticator app. */
async function join(origin: string, link: string, name: string): Promise<Person> {
  const { port } = new URL(origin);
  const person: Person = {
    secret: '',
    cookie: '',
    get: (path) => send('GET', path),
    post: (path, body, headers = {}) => send('POST', path, body, headers),
    act: (action, input, reason) =>
      send('POST', `actions/${action}`, { input, ...(reason && { reason }) }),
    async createToken() {
      const { body } = await person.post('access/tokens/create', {
        name: 'test',
        role: 'operator',
        days: 1,
      });
      return body.token;
    },
  };
  function send(
    method: string,
    path: string,
    body?: unknown,
    more: Record<string, string> = {},
  ): Promise<PanelResponse> {
    const headers = {
      origin,
      'content-type': 'application/json',
      'x-gati-panel': '1',
      ...(person.cookie !== '' && { cookie: person.cookie }),
      ...more,
    };
    return new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port, method, path: `/_control/api/${path}` };
      const request = http.request(
        { ...options, headers: { ...headers, host: `localhost:${port}` } },
        (res) => {
          for (const cookie of res.headers['set-cookie'] ?? [])
            person.cookie = cookie.split(';', 1)[0]!;
          let text = '';
          res.setEncoding('utf8').on('data', (part: string) => (text += part));
          res.on('end', () =>
            resolve({ status: res.statusCode!, body: text === '' ? {} : JSON.parse(text) }),
          );
        },
      );
      request.on('error', reject).end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
  const { body } = await person.post('access/join/totp/options', { link, name });
  person.secret = body.secret;
  const code = totpCode(person.secret, Date.now());
  const joined = await person.post('access/join/totp', { link, name, code });
  if (joined.status !== 200) throw new Error(`${name} can't join: ${JSON.stringify(joined)}`);
  return person;
}
