import fs from 'node:fs';
import path from 'node:path';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { expect, test } from 'vitest';
import { parseChallenges } from '../../src/registry/challenge.ts';
import { findCredentials } from '../../src/registry/credentials.ts';
import { parseReference, printReference } from '../../src/registry/reference.ts';

function withConfig(config: unknown, helpers: Record<string, string> = {}): NodeJS.ProcessEnv {
  const folder = temporaryFolder('docker');
  const text = typeof config === 'string' ? config : JSON.stringify(config);
  fs.writeFileSync(path.join(folder, 'config.json'), text);
  for (const [name, script] of Object.entries(helpers))
    fs.writeFileSync(path.join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return { DOCKER_CONFIG: folder, PATH: `${folder}:${process.env.PATH}` };
}

const ADA = { kind: 'password', user: 'ada', password: 'love:lace' };
const AUTH = Buffer.from('ada:love:lace').toString('base64');

test.each([
  ['a file with `auth`', { auths: { 'r.example.com': { auth: AUTH } } }, ADA],
  ['a file with an address', { auths: { 'https://r.example.com': { auth: AUTH } } }, ADA],
  [
    'a file with an identity token',
    { auths: { 'r.example.com': { auth: AUTH, identitytoken: 'id' } } },
    { kind: 'identity', token: 'id' },
  ],
  ['a file of another host', { auths: { 'r.example.com:5000': { auth: AUTH } } }, undefined],
  ['an entry that a store completes', { auths: { 'r.example.com': {} } }, undefined],
])('credentials come from %s', async (_, config, expected) => {
  expect(await findCredentials('r.example.com', withConfig(config))).toEqual(expected);
});

test('credentials of Docker Hub have the address of its first version', async () => {
  const env = withConfig({ auths: { 'https://index.docker.io/v1/': { auth: AUTH } } });
  expect(await findCredentials('docker.io', env)).toEqual(ADA);
});

test('a credential helper gets the host on stdin', async () => {
  const script = 'read host; echo "{\\"Username\\":\\"<token>\\",\\"Secret\\":\\"$host\\"}"';
  const env = withConfig(
    { credHelpers: { 'r.example.com': 'cloud' } },
    { 'docker-credential-cloud': script },
  );
  expect(await findCredentials('r.example.com', env)).toEqual({
    kind: 'identity',
    token: 'r.example.com',
  });
});

test('a store without credentials for the host leaves the request anonymous', async () => {
  const script = 'echo "credentials not found in native keychain"; exit 1';
  const env = withConfig({ credsStore: 'desktop' }, { 'docker-credential-desktop': script });
  expect(await findCredentials('r.example.com', env)).toBeUndefined();
});

test('errors of the config and of helpers repeat no secret', async () => {
  const broken = withConfig('{"auths": {"r": {"auth": "c2VjcmV0" }');
  await expect(findCredentials('r', broken)).rejects.toThrow(
    /it is not JSON\.[\s\S]*DOCKER_CONFIG/,
  );
  await expect(findCredentials('r', broken)).rejects.not.toThrow('c2VjcmV0');
  const missing = withConfig({ credsStore: 'nowhere' });
  await expect(findCredentials('r', missing)).rejects.toThrow('docker-credential-nowhere');
  const escaping = withConfig({ credsStore: '../x' });
  await expect(findCredentials('r', escaping)).rejects.toThrow('its name is not valid');
});

test.each([
  ['node', 'docker.io/library/node'],
  ['node:22-slim', 'docker.io/library/node:22-slim'],
  ['team/shop', 'docker.io/team/shop'],
  ['localhost/shop', 'localhost/shop'],
  ['127.0.0.1:5000/a/b_c:1.0', '127.0.0.1:5000/a/b_c:1.0'],
  [`gcr.io/x@sha256:${'a'.repeat(64)}`, `gcr.io/x@sha256:${'a'.repeat(64)}`],
])('%s names the image %s', (text, name) => {
  expect(printReference(parseReference(text))).toBe(name);
});

test.each(['', 'Team/Shop', 'a b', 'r.example.com/', 'x@sha256:1', 'r.example.com/../x', 'a@b@c'])(
  '%j is not the name of an image',
  (text) => expect(() => parseReference(text)).toThrow('is not the name of an image'),
);

test('a challenge has its scheme and its parameters', () => {
  expect(
    parseChallenges(
      'Basic realm="a \\"b\\"", Bearer realm="https://x/t?a=b",service=r,scope="x:y:pull,push"',
    ),
  ).toEqual([
    { scheme: 'basic', parameters: { realm: 'a "b"' } },
    {
      scheme: 'bearer',
      parameters: { realm: 'https://x/t?a=b', service: 'r', scope: 'x:y:pull,push' },
    },
  ]);
});
