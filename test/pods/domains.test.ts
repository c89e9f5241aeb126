import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { eventually, until } from '@gati/test-kit/wait';
import { createPodsApp, findPods, type PodsApp, printSettings } from './helpers/app.ts';
import { startLoad } from './helpers/load.ts';

const pods = findPods();
const SETTINGS = 'kubernetes: { service: NodePort }\ndomains: { payments: { min: 2 } }\n';
const HANDLER = `import os from 'node:os';
export default async () => ({ pod: os.hostname() });
`;

describe.skipIf(!pods)('an app with pods for a domain', () => {
  let app: PodsApp;
  const podOf = async (at: string): Promise<string> => {
    const response = await fetch(`${await app.address()}${at}`);
    return ((await response.json()) as { pod: string }).pod;
  };
  /** Releases of the pods of a role that run. */
  const rows = async (): Promise<unknown[]> =>
    (await app.deploy('status')).document
      .revisions!.filter(({ replicas }) => replicas > 0)
      .map(({ role, ready }) => [role, ready]);

  beforeAll(async () => {
    app = createPodsApp(pods!, 'domains', SETTINGS);
    for (const at of ['payments/total.get.ts', 'users/total.get.ts']) {
      const file = path.join(app.folder, 'src/handlers', at);
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.writeFileSync(file, HANDLER);
    }
    await app.build();
    const first = await app.deploy('kubernetes');
    expect(first, first.stderr).toMatchObject({ code: 0, document: { result: 'live' } });
    await until('the Service responds', () => podOf('/users/total'));
  });

  test('sends its requests to them through the core', async () => {
    await eventually(async () =>
      expect(await podOf('/payments/total')).toContain('domains-routes-payments-'),
    );
    expect(await podOf('/users/total')).toContain('domains-core-');
    expect(await rows()).toEqual([
      ['core', 1],
      ['routes-payments', 2],
    ]);
    expect(await app.deploy('kubernetes')).toMatchObject({ document: { result: 'unchanged' } });
    expect(await app.deploy('drift')).toMatchObject({ code: 0 });
  });

  test('loses no request of the domain while a release rolls out, and when its pods end', async () => {
    const load = startLoad(`${await app.address()}/payments/total`);
    app.edit('Hello', 'Hi');
    await app.build();
    const next = await app.deploy('kubernetes');
    expect(next, next.stderr).toMatchObject({ code: 0, document: { result: 'live' } });
    await until('the old pods end', async () => (await app.pods()).length === 3);
    app.configure(printSettings(pods!, 'domains', 'kubernetes: { service: NodePort }\n'));
    const alone = await app.deploy('kubernetes');
    expect(alone, alone.stderr).toMatchObject({ code: 0, document: { result: 'live' } });
    await until('the pods of the domain end', async () => (await app.pods()).length === 1);
    const { failures, sent } = await load.stop();
    expect(failures.slice(0, 10), `${failures.length} of ${sent} requests failed`).toEqual([]);
    expect(await podOf('/payments/total')).toContain('domains-core-');
    const services = await app.client.list(`api/v1/namespaces/${app.namespace}/services`);
    expect(services.map(({ metadata }) => metadata.name)).toEqual(['domains']);
  });

  test('does not deploy for a domain that it does not have', async () => {
    app.configure(printSettings(pods!, 'domains', 'domains: { payment: {} }\n'));
    const wrong = await app.deploy('kubernetes');
    expect(wrong.document.errors![0]).toMatchObject({ fix: 'Did you mean `payments`?' });
    expect(wrong.code).not.toBe(0);
  });
});
