import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createStubApp, type DeployedApp } from '../../cluster/helpers/app.ts';
import { type FakeAws, startFakeAws } from './start.ts';

const started = await startFakeAws('shop-production');
const missing = 'reason' in started ? started.reason : undefined;
if (missing !== undefined)
  process.stderr.write(`\n  !! NO DEPLOY to AWS was tried: ${missing}\n\n`);

describe.skipIf(missing !== undefined)('a deploy to AWS', () => {
  const aws = started as FakeAws;
  let app: DeployedApp;

  beforeAll(async () => {
    app = await createStubApp({ env: aws.env });
    app.configure('provider: aws\nimage: { base: oci:base }\n');
  });
  afterAll(() => aws.stop());

  const written = (): string[] =>
    aws.api.log
      .map(({ operation }) => operation)
      .filter((each) => !/\.(?:Get|List|Describe)/.test(each));

  test('names the missing cluster, and creates nothing for it', async () => {
    const { code, document } = await app.deploy('aws');
    expect(code).toBe(1);
    expect(document.errors?.[0]).toMatchObject({
      code: 'GATI_DEPLOY_CLOUD',
      message: 'There is no EKS cluster shop-production in eu-central-1. It has none.',
    });
  });

  test('creates what is missing, pushes the image and serves', async () => {
    aws.looks = 1;
    const first = await app.deploy('aws', '--create-cluster');
    expect(first, first.stderr).toMatchObject({ code: 0, document: { result: 'live' } });
    expect(aws.tokens).toMatchObject({ rejected: [] });
    expect(aws.tokens.accepted).toBeGreaterThan(0);
    expect(new Set(written())).toEqual(
      new Set([
        'ecr.CreateRepository',
        'iam.CreateRole',
        'iam.AttachRolePolicy',
        'eks.CreateCluster',
      ]),
    );
  });

  test('sends only requests that the service models of AWS allow', () => {
    expect(aws.api.log.filter(({ findings }) => findings.length > 0)).toEqual([]);
  });
});
