import { once } from 'node:events';
import { CreateRepositoryCommand, DeleteRepositoryCommand, ECRClient } from '@aws-sdk/client-ecr';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createStubApp, type DeployedApp } from '../../cluster/helpers/app.ts';
import { actionsOf, allActions, enforce, type Policy } from './policy.ts';
import type { LoggedRequest } from './proxy.ts';
import { type FakeAws, startFakeAws } from './start.ts';

const started = await startFakeAws('shop-production');
const missing = 'reason' in started ? started.reason : undefined;
if (missing !== undefined)
  process.stderr.write(`\n  !! NO DEPLOY to AWS was tried: ${missing}\n\n`);

const EXPIRED = {
  code: 'ExpiredTokenException',
  message: 'The security token included in the request is expired',
  status: 403,
};
/** Actions of a push, whose requests go to the registry, and of a removal that finds an edge. */
const UNSEEN =
  /^(?:acm:Describe|acm:ListTags|cloudfront:ListTags|ecr:(?:Batch|Complete|GetDownloadUrl|Initiate|PutImage|UploadLayerPart))/;

const isWrite = ({ operation }: LoggedRequest): boolean =>
  !/\.(?:Get|List|Describe|Head)/.test(operation);

describe.skipIf(missing !== undefined)('a deploy to AWS', () => {
  const aws = started as FakeAws;
  let app: DeployedApp;

  beforeAll(async () => {
    app = await createStubApp({ env: aws.env });
    app.configure('provider: aws\nimage: { base: oci:base }\n');
  });
  afterEach(() => {
    aws.api.fault = undefined;
    aws.reads = 0;
  });
  afterAll(() => aws.stop());

  /** Requests since a line of the log. */
  const since = (line: number): LoggedRequest[] => aws.api.log.slice(line);
  const created = (line: number): string[] =>
    since(line)
      .filter(({ operation, status }) => operation.includes('.Create') && status < 300)
      .map(({ operation, input }) =>
        [operation, input['RoleName'] ?? input['name'] ?? input['repositoryName']].join(' '),
      );
  const policyOf = async (...args: string[]): Promise<Policy> =>
    (await app.deploy('policy', ...args)).document as unknown as Policy;

  test('names expired credentials, and what to do', async () => {
    aws.api.fault = () => EXPIRED;
    const { code, document } = await app.deploy('aws');
    expect(code).toBe(1);
    expect(document.errors?.[0]).toMatchObject({
      code: 'GATI_DEPLOY_CLOUD',
      message: expect.stringContaining('The credentials for AWS have expired'),
      fix: expect.stringContaining('run the same command, which continues'),
    });
  });

  test('rejects credentials of another account than that of the settings', async () => {
    app.configure('provider: aws\nimage: { base: oci:base }\ncloud: { account: "210987654321" }\n');
    const { code, document } = await app.deploy('aws');
    app.configure('provider: aws\nimage: { base: oci:base }\n');
    expect(code).toBe(1);
    expect(document.errors?.[0]?.message).toBe(
      'The credentials are for the account 123456789012, but `cloud.account` is 210987654321.',
    );
  });

  test('lists what it would create and what that costs, and sends no request that writes', async () => {
    const start = aws.api.log.length;
    for (const command of [['aws', '--dry-run'], ['plan']]) {
      const { code, document } = await app.deploy(...command, '--create-cluster');
      expect(code).toBe(0);
      expect(document).toMatchObject({
        resources: [
          { resource: 'ECR repository shop-production', state: 'missing' },
          { resource: 'IAM role shop-production-cluster', state: 'missing' },
          { resource: 'IAM role shop-production-node', state: 'missing' },
          { resource: 'EKS cluster shop-production', price: expect.stringContaining('$73') },
        ],
      });
    }
    expect(since(start).filter(isWrite)).toEqual([]);
  });

  test('names the missing cluster, and creates none', async () => {
    const { code, document } = await app.deploy('aws');
    expect(code).toBe(1);
    expect(document.errors?.[0]).toMatchObject({
      code: 'GATI_DEPLOY_CLOUD',
      message: 'There is no EKS cluster shop-production in eu-central-1. It has none.',
    });
    expect(created(0)).toEqual(['ecr.CreateRepository shop-production']);
    expect(await app.deploy('destroy', '--yes')).toMatchObject({ code: 0 });
  });

  test('creates what is missing and serves, with the permissions of `policy` only', async () => {
    aws.reads = 2;
    const policy = await policyOf('--create-cluster');
    const start = aws.api.log.length;
    aws.api.fault = enforce(policy);
    const first = await app.deploy('aws', '--create-cluster');
    expect(first, first.stderr).toMatchObject({ code: 0, document: { result: 'live' } });
    expect(aws.tokens.rejected).toEqual([]);
    expect(aws.tokens.accepted).toBeGreaterThan(0);
    expect(created(start)).toEqual([
      'ecr.CreateRepository shop-production',
      'iam.CreateRole shop-production-cluster',
      'iam.CreateRole shop-production-node',
      'eks.CreateCluster shop-production',
    ]);
  });

  test('sends no request that writes for a build that is live', async () => {
    const start = aws.api.log.length;
    aws.api.fault = enforce(await policyOf());
    const second = await app.deploy('aws');
    expect(second, second.stderr).toMatchObject({ code: 0, document: { result: 'unchanged' } });
    expect(since(start).filter(isWrite)).toEqual([]);
  });

  test('plans no change for a build that is live', async () => {
    expect((await app.deploy('plan')).document).toMatchObject({ steps: [] });
  });

  test('reads and scales with the access of the cloud', async () => {
    expect((await app.deploy('status')).document.live).not.toBeNull();
    expect((await app.deploy('scale', '2')).code).toBe(0);
  });

  test('removes all that it created, and nothing else', async () => {
    await app.deploy('aws');
    const start = aws.api.log.length;
    const policy = await policyOf('--create-cluster');
    aws.api.fault = enforce(policy);
    const { code, document } = await app.deploy('destroy', '--yes');
    expect(code).toBe(0);
    expect(document).toMatchObject({
      resources: [
        'EKS cluster shop-production',
        'IAM role shop-production-node',
        'IAM role shop-production-cluster',
        'ECR repository shop-production',
      ],
    });
    expect(since(start).filter(isWrite).length).toBeGreaterThan(4);
    expect(await aws.resources()).toEqual([]);
    // The policy has no action that neither a deploy nor its removal needs.
    const used = new Set(aws.api.log.flatMap(({ operation }) => actionsOf(operation)));
    const unused = [...allActions(policy)].filter((each) => !used.has(each) && !UNSEEN.test(each));
    expect(unused).toEqual([]);
  });

  test('finishes after it was killed at each request that writes, and creates nothing twice', async () => {
    const start = aws.api.log.length;
    let kills = 0;
    for (let done = false; !done;) {
      const child = app.start('aws', '--create-cluster');
      let armed = true;
      aws.api.fault = (request) => {
        if (!armed || !isWrite(request)) return undefined;
        armed = false;
        kills++;
        // The request reaches AWS, but its response does not reach the deploy.
        child.kill('SIGKILL');
        return 'cut';
      };
      const [code] = (await once(child, 'exit')) as [number | null];
      done = code === 0;
      if (code !== null) expect(code).toBe(0);
    }
    expect(kills).toBe(11);
    const all = created(start);
    expect(new Set(all).size).toBe(all.length);
    expect(all).toHaveLength(4);
  });

  test('removes all after it was killed at each request that writes', async () => {
    for (let done = false; !done;) {
      const child = app.start('destroy', '--yes');
      let armed = true;
      aws.api.fault = (request) => {
        if (!armed || !isWrite(request)) return undefined;
        armed = false;
        child.kill('SIGKILL');
        return 'cut';
      };
      const [code] = (await once(child, 'exit')) as [number | null];
      done = code === 0;
      if (code !== null) expect(code).toBe(0);
    }
    expect(await aws.resources()).toEqual([]);
  });

  test('uses a repository that it did not create, and leaves it', async () => {
    const repositoryName = 'shop-production';
    const ecr = new ECRClient({
      endpoint: aws.api.url,
      region: 'eu-central-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    await ecr.send(new CreateRepositoryCommand({ repositoryName }));
    expect((await app.deploy('aws', '--create-cluster')).code).toBe(0);
    expect((await app.deploy('destroy', '--yes')).code).toBe(0);
    expect(await aws.resources()).toEqual([`repository ${repositoryName}`]);
    await ecr.send(new DeleteRepositoryCommand({ repositoryName, force: true }));
    ecr.destroy();
  });

  test('creates nothing twice when two deploys run at the same time', async () => {
    const start = aws.api.log.length;
    const both = await Promise.all([
      app.deploy('aws', '--create-cluster'),
      app.deploy('aws', '--create-cluster'),
    ]);
    expect(both.map(({ code }) => code)).toContain(0);
    const all = created(start);
    expect(new Set(all).size).toBe(all.length);
    expect((await app.deploy('destroy', '--yes')).code).toBe(0);
    expect(await aws.resources()).toEqual([]);
  });

  test('stops at expired credentials, and the next deploy continues', async () => {
    const start = aws.api.log.length;
    aws.api.fault = ({ operation }) => (operation === 'eks.CreateCluster' ? EXPIRED : undefined);
    const stopped = await app.deploy('aws', '--create-cluster');
    expect(stopped.code).toBe(1);
    expect(stopped.document.errors?.[0]?.message).toContain('have expired');
    aws.api.fault = undefined;
    const next = await app.deploy('aws', '--create-cluster');
    expect(next, next.stderr).toMatchObject({ code: 0 });
    const all = created(start);
    expect(new Set(all).size).toBe(all.length);
  });

  test('sends only requests that the service models of AWS allow', () => {
    expect(aws.api.log.flatMap(({ findings }) => findings)).toEqual([]);
    expect(aws.api.log.length).toBeGreaterThan(100);
  });
});
