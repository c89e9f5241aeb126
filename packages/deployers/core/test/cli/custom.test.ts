import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { listen } from '@gati/test-kit/ports';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeBaseLayout, writeBuild } from '../helpers/base-layout.ts';
import { captureProgram } from '../helpers/capture-program.ts';
import { startRegistry } from '../helpers/docker-registry.ts';

const registry = await startRegistry();
const missing = 'reason' in registry ? registry.reason : undefined;
if (missing) process.stderr.write(`\n  !! NO deploy by commands was tried: ${missing}\n\n`);

describe.skipIf(missing)('the target custom', () => {
  const RELEASE = 'rel_0123456789abcdef';
  let app: string;
  let head: string;

  beforeAll(async () => {
    app = temporaryFolder('custom');
    writeBuild(path.join(app, 'dist'), { 'client/index.html': '<p>' });
    const source = { file: path.join(app, 'dist/Dockerfile'), size: 12 };
    const entry = { path: '/etc/base', source, mode: 0o644, owner: 0 };
    await writeBaseLayout(path.join(app, 'base'), [entry]);
    const host = 'url' in registry ? new URL(registry.url).host : '';
    head = `provider: custom\nimage: { repository: ${host}/custom, base: 'oci:base' }\n`;
  });
  afterAll(async () => {
    if ('stop' in registry) await registry.stop();
  });

  interface Document {
    result?: string;
    errors?: { code: string; message: string }[];
    pending?: string;
  }

  /** Writes the settings, and runs the command in the folder of the app. */
  const deploy = async (
    settings: string,
    ...options: string[]
  ): Promise<{ code: number; document: Document; stderr: string }> => {
    fs.writeFileSync(path.join(app, 'gati.deploy.yaml'), head + settings);
    const args = ['deploy', 'staging', '--root', app, '--json', ...options];
    const { code, stdout, stderr } = await captureProgram(args);
    return { code, document: JSON.parse(stdout) as Document, stderr };
  };

  test('runs its commands in order, with image, manifest and assets in the environment', async () => {
    const { code, document, stderr } = await deploy(
      'cdnScript: echo assets $(basename $GATI_DEPLOY_ASSETS) > log\n' +
        'deployScript: echo $GATI_DEPLOY_ENV $GATI_DEPLOY_VERSION $GATI_DEPLOY_IMAGE >> log && cp $GATI_DEPLOY_MANIFEST copy\n',
    );
    expect({ code, document }, stderr).toMatchObject({ code: 0, document: { result: 'live' } });
    const log = fs.readFileSync(path.join(app, 'log'), 'utf8');
    expect(log).toMatch(
      /^assets client\nstaging 1\.2\.0 127\.0\.0\.1:\d+\/custom@sha256:\w{64}\n$/,
    );
    expect(fs.existsSync(path.join(app, 'copy'))).toBe(true);
  });

  test('fails with the exit code and the last line of a command, and runs no further one', async () => {
    const { code, document, stderr } = await deploy(
      'cdnScript: echo no bucket >&2; exit 3\ndeployScript: touch never\n',
    );
    expect(code).toBe(1);
    expect(document.errors![0]).toMatchObject({
      code: 'GATI_DEPLOY_ROLLOUT',
      message: '`cdnScript` ended with exit code 3: no bucket.',
    });
    expect(stderr).toContain('no bucket');
    expect(fs.existsSync(path.join(app, 'never'))).toBe(false);
  });

  test('ends when the release responds at the address of users', async () => {
    const server = http.createServer((_, response) =>
      response.writeHead(404, { 'x-gati-release': RELEASE }).end(),
    );
    const port = await listen(server);
    const settings = `deployScript: 'true'\nurl: http://127.0.0.1:${port}\n`;
    const { code, document } = await deploy(settings);
    server.close();
    server.closeAllConnections();
    expect({ code, document }).toMatchObject({ code: 0, document: { verified: 'url' } });
  });

  test('is wrong use with an option of Kubernetes, and needs a command', async () => {
    expect((await deploy('deployScript: ls\n', '--dry-run')).code).toBe(2);
    const { document } = await deploy('');
    expect(document.errors![0]!.message).toContain('`deployScript`');
  });
});
