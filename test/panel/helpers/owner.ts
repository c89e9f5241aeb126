import http from 'node:http';
import type { ServerProcess } from '@gati/test-kit/servers';
import { totpCode } from '../../../packages/devtools/test/helpers/totp.ts';

/** A response of the panel, with its body parsed. */
export interface PanelResponse {
  status: number;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into what came
  body: any;
}

/** An owner of the panel of a built server, with a session. */
export interface Owner {
  /** Key of the authenticator app. */
  secret: string;
  cookie: string;
  get(path: string): Promise<PanelResponse>;
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<PanelResponse>;
  act(name: string, input: object, reason?: string): Promise<PanelResponse>;
  /** Creates a token with the role `operator`. */
  createToken(): Promise<string>;
}

/** Sets up the panel of a server that has just started, with an authenticator app. */
export async function setUpOwner(server: ServerProcess, name = 'Ada'): Promise<Owner> {
  const [line] = await server.waitForOutput(/^\{"level":"info","msg":"panel".*\}$/m);
  const { url, setup } = JSON.parse(line!) as { url: string; setup: string };
  const { origin, port } = new URL(url);
  const link = setup.split('#setup=')[1]!;
  const owner: Owner = {
    secret: '',
    cookie: '',
    get: (path) => send('GET', path),
    post: (path, body, headers = {}) => send('POST', path, body, headers),
    act: (action, input, reason) =>
      send('POST', `actions/${action}`, { input, ...(reason && { reason }) }),
    async createToken() {
      const { body } = await owner.post('access/tokens/create', {
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
      ...(owner.cookie !== '' && { cookie: owner.cookie }),
      ...more,
    };
    return new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port, method, path: `/_control/api/${path}` };
      const request = http.request(
        { ...options, headers: { ...headers, host: `localhost:${port}` } },
        (res) => {
          for (const cookie of res.headers['set-cookie'] ?? [])
            owner.cookie = cookie.split(';', 1)[0]!;
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
  const { body } = await owner.post('access/join/totp/options', { link, name });
  owner.secret = body.secret;
  const code = totpCode(owner.secret, Date.now());
  const joined = await owner.post('access/join/totp', { link, name, code });
  if (joined.status !== 200) throw new Error(`The set-up failed: ${JSON.stringify(joined)}`);
  return owner;
}
