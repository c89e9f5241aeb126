import fs from 'node:fs';
import path from 'node:path';
import {
  ACMClient,
  DeleteCertificateCommand,
  RequestCertificateCommand,
} from '@aws-sdk/client-acm';
import { CreateHostedZoneCommand, Route53Client } from '@aws-sdk/client-route-53';
import { HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createStubApp, type DeployedApp } from '../../cluster/helpers/app.ts';
import { openCluster } from '../../cluster/helpers/play-controller.ts';
import { actionsOf, allActions, enforce, type Policy } from './policy.ts';
import type { LoggedRequest } from './proxy.ts';
import { type FakeAws, startFakeAws } from './start.ts';

const started = await startFakeAws('shop-production');
const missing = 'reason' in started ? started.reason : undefined;
if (missing !== undefined) process.stderr.write(`\n  !! NO EDGE of AWS was tried: ${missing}\n\n`);

/** A host that no machine has, so that the last check says that it does not respond. */
const HOST = 'shop.gati.invalid';
const SETTINGS = `provider: aws
url: https://${HOST}
releases: s3://shop-releases/live
cloud: { edge: true }
image: { base: oci:base }
`;

describe.skipIf(missing !== undefined)('the edge of AWS', () => {
  const aws = started as FakeAws;
  let app: DeployedApp;

  beforeAll(async () => {
    app = await createStubApp({ env: aws.env });
    app.configure(SETTINGS);
    const assets = path.join(app.folder, 'dist/client/assets');
    fs.mkdirSync(assets, { recursive: true });
    fs.writeFileSync(path.join(assets, 'app-4f9a0c1b.js'), 'export {}');
  });
  afterAll(() => aws.stop());

  const options = {
    endpoint: aws.moto,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
  const indexOf = (wanted: string): number =>
    aws.api.log.findIndex(({ operation }) => operation === wanted);

  test('stays pending with exit code 3 while the zone is missing, and the release serves', async () => {
    const policy = (await app.deploy('policy', '--create-cluster')).document as unknown as Policy;
    aws.api.fault = enforce(policy);
    const first = await app.deploy('aws', '--create-cluster');
    expect(first, first.stderr).toMatchObject({ code: 3 });
    expect(first.stderr).toContain('CNAME');
    expect(first.stderr).toContain('the account has no public zone of shop.gati.invalid');
    expect((await app.deploy('status')).document.live).not.toBeNull();
  });

  test('has the assets in their bucket, which never change', async () => {
    const s3 = new S3Client({ ...options, region: 'eu-central-1', forcePathStyle: true });
    const found = await s3.send(
      new HeadObjectCommand({
        Bucket: 'shop-production-assets-123456789012',
        Key: 'assets/app-4f9a0c1b.js',
      }),
    );
    s3.destroy();
    expect(found).toMatchObject({
      CacheControl: 'public, max-age=31536000, immutable',
      ContentType: 'text/javascript; charset=utf-8',
    });
  });

  test('continues with `edge` once the zone and the load balancer exist', async () => {
    const route53 = new Route53Client({ ...options, region: 'us-east-1' });
    await route53.send(
      new CreateHostedZoneCommand({ Name: 'gati.invalid', CallerReference: 'test' }),
    );
    route53.destroy();
    const second = await app.deploy('edge');
    expect(second).toMatchObject({
      code: 3,
      document: { pending: { why: 'the load balancer of the app has no address yet' } },
    });
    await openCluster(aws.cluster).request({
      method: 'PATCH',
      path: 'api/v1/namespaces/shop-production/services/shop/status',
      contentType: 'application/merge-patch+json',
      body: { status: { loadBalancer: { ingress: [{ hostname: 'lb.example.com' }] } } },
    });
    // CloudFront takes some minutes to deploy a distribution. moto needs one read.
    let last = await app.deploy('edge');
    for (let count = 0; count < 5 && !last.stderr.includes(`https://${HOST}: `); count++)
      last = await app.deploy('edge');
    expect(last.document).toMatchObject({ pending: { resource: `https://${HOST}` } });
    expect(indexOf('s3.PutObject')).toBeLessThan(indexOf('cloudfront.CreateDistributionWithTags'));
    expect(await aws.resources()).toEqual(
      expect.arrayContaining([
        'distribution shop-production',
        `certificate ${HOST}`,
        `record A ${HOST}.`,
        `record AAAA ${HOST}.`,
      ]),
    );
  });

  test('passes requests to the app, keyed on the version, and serves assets from the bucket', () => {
    const created = aws.api.log.find(
      ({ operation }) => operation === 'cloudfront.CreateDistributionWithTags',
    ) as LoggedRequest;
    expect(created.input).toMatchObject({
      DistributionConfigWithTags: {
        DistributionConfig: {
          Aliases: { Items: [HOST] },
          Origins: {
            Items: [
              {
                Id: 'app',
                DomainName: 'lb.example.com',
                CustomOriginConfig: { OriginProtocolPolicy: 'https-only' },
              },
              { Id: 'assets', OriginAccessControlId: expect.any(String) },
            ],
          },
          DefaultCacheBehavior: { AllowedMethods: { Quantity: 7 } },
          CacheBehaviors: { Items: [{ PathPattern: '/assets/*', TargetOriginId: 'assets' }] },
        },
      },
    });
    const policy = aws.api.log.find(
      ({ operation }) => operation === 'cloudfront.CreateCachePolicy',
    ) as LoggedRequest;
    expect(JSON.stringify(policy.input)).toContain('X-API-Version');
  });

  test('has a load balancer with HTTPS for the host, in its own region', async () => {
    const path = 'api/v1/namespaces/shop-production/services/shop';
    const { metadata, spec } = (await openCluster(aws.cluster).get(path)) as unknown as {
      metadata: { annotations: Record<string, string> };
      spec: { ports: { port: number }[] };
    };
    expect(spec.ports.map(({ port }) => port)).toEqual([80, 443]);
    expect(metadata.annotations['service.beta.kubernetes.io/aws-load-balancer-ssl-cert']).toContain(
      ':acm:eu-central-1:',
    );
  });

  test('follows a load balancer that has another address', async () => {
    await openCluster(aws.cluster).request({
      method: 'PATCH',
      path: 'api/v1/namespaces/shop-production/services/shop/status',
      contentType: 'application/merge-patch+json',
      body: { status: { loadBalancer: { ingress: [{ hostname: 'lb2.example.com' }] } } },
    });
    const start = aws.api.log.length;
    await app.deploy('edge');
    const updates = aws.api.log
      .slice(start)
      .filter(({ operation }) => operation === 'cloudfront.UpdateDistribution');
    expect(updates).toHaveLength(1);
    expect(JSON.stringify(updates[0]!.input)).toContain('lb2.example.com');
  });

  test('keeps the release store without --delete-data, and removes all with it', async () => {
    const policy = (await app.deploy('policy', '--create-cluster')).document as unknown as Policy;
    // A certificate that the app did not create, for the same host. It needs the same record.
    const acm = new ACMClient({ ...options, region: 'us-east-1' });
    const { CertificateArn } = await acm.send(
      new RequestCertificateCommand({ DomainName: `*.${HOST}`, ValidationMethod: 'DNS' }),
    );
    // The removal finds the edge although it is no longer in the settings.
    app.configure('provider: aws\nreleases: s3://shop-releases/live\n');
    const kept = await app.deploy('destroy', '--yes');
    expect(kept, kept.stderr).toMatchObject({ code: 0 });
    const record = await aws.resources();
    expect(record).toEqual([
      'bucket shop-releases',
      `certificate *.${HOST}`,
      expect.stringMatching(/^record CNAME _/),
    ]);
    await acm.send(new DeleteCertificateCommand({ CertificateArn }));
    acm.destroy();
    const gone = await app.deploy('destroy', '--yes', '--delete-data');
    expect(gone, gone.stderr).toMatchObject({ code: 0 });
    expect(await aws.resources()).toEqual(record.slice(2));
    const used = new Set(aws.api.log.flatMap(({ operation }) => actionsOf(operation)));
    const unused = [...allActions(policy)].filter((each) => !used.has(each) && !UNSEEN.test(each));
    expect(unused).toEqual([]);
  });

  test('sends only requests that the service models of AWS allow', () => {
    expect(aws.api.log.flatMap(({ findings }) => findings)).toEqual([]);
  });
});

/**
 * Actions of a push, of a release store whose releases are pruned, and of an error that lists
 * clusters.
 */
const UNSEEN =
  /^(?:eks:ListClusters$|ecr:(?:Batch|Complete|GetDownloadUrl|Initiate|PutImage|UploadLayerPart)|s3:)/;
