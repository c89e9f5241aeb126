import { expect, test } from 'vitest';
import { createNames } from '../src/account.ts';
import type { Aws } from '../src/aws.ts';
import { bucketPolicyResource } from '../src/bucket-policy.ts';
import { bucketResource } from '../src/bucket.ts';
import { certificateResource, validationResource } from '../src/certificate.ts';
import type { Clients } from '../src/clients.ts';
import { distributionResource } from '../src/distribution.ts';
import { createResources, removableResources } from '../src/resources.ts';

type Reply = (input: Record<string, unknown>) => unknown;

const place = {
  app: 'shop',
  environment: 'production',
  settings: {},
  host: 'shop.example.com',
  store: 'shop-releases',
};
const OWN = { 'gati.dev/app': 'shop', 'gati.dev/env': 'production' };
const OWN_LIST = Object.entries(OWN).map(([Key, Value]) => ({ Key, Value }));

const awsError = (name: string): Error => Object.assign(new Error(name), { name });

/** An account whose services respond as `replies` says, by the names of the commands of the SDK. */
function accountOf(replies: Record<string, Reply>): Aws {
  const send = async (command: { input: Record<string, unknown> }): Promise<unknown> => {
    const reply = replies[command.constructor.name.replace(/Command$/, '')];
    if (!reply) throw awsError('NotFound');
    const response = reply(command.input);
    if (response instanceof Error) throw response;
    return response;
  };
  const facts = { partition: 'aws', account: '111122223333', region: 'eu-west-1' };
  const clients = new Proxy({}, { get: () => ({ send }) }) as Clients;
  return { place, names: createNames(place, facts), clients, ...facts };
}

/** Returns the resource whose name begins so. */
function resourceOf(replies: Record<string, Reply>, name: string) {
  const all = createResources(accountOf(replies), { createCluster: true });
  return all.find((each) => each.name.startsWith(name))!;
}

test('a cluster that failed can be removed, and is never created again', async () => {
  const cluster = { status: 'FAILED', tags: OWN, health: { issues: [{ message: 'no quota' }] } };
  const resource = resourceOf({ DescribeCluster: () => ({ cluster }) }, 'EKS cluster');
  const found = await resource.find();
  expect(found).toMatchObject({ isOwn: true, state: 'incomplete' });
  await expect(resource.create(found)).rejects.toThrow('shop-production failed: no quota');
});

test('a certificate that is not issued any more can be removed', async () => {
  const summary = { DomainName: place.host, CertificateArn: 'arn:1' };
  const resource = certificateResource(
    accountOf({
      ListCertificates: () => ({ CertificateSummaryList: [summary] }),
      ListTagsForCertificate: () => ({ Tags: OWN_LIST }),
      DescribeCertificate: () => ({
        Certificate: { Status: 'FAILED', FailureReason: 'CAA_ERROR' },
      }),
    }),
    place.host,
  );
  const found = await resource.find();
  expect(found).toMatchObject({ isOwn: true, state: 'incomplete' });
  await expect(resource.create(found)).rejects.toThrow('CAA_ERROR');
});

test('objects that S3 keeps end the removal of a bucket with an error', async () => {
  const Errors = [{ Key: 'a', Code: 'AccessDenied', Message: 'locked' }];
  const aws = accountOf({
    ListObjectVersions: () => ({ Versions: [{ Key: 'a', VersionId: '1' }] }),
    DeleteObjects: () => ({ Errors }),
  });
  const bucket = bucketResource(aws, { name: 'b', service: 'store', reason: 'the store' });
  const [emptying] = await bucket.remove({ isOwn: true, state: 'ready' });
  await expect(emptying!.send()).rejects.toThrow('S3 does not delete a of the bucket b');
});

test('names of another account are errors, and those of an earlier try are not', async () => {
  const errors: Record<string, boolean> = {
    BucketAlreadyExists: true,
    CNAMEAlreadyExists: true,
    BucketAlreadyOwnedByYou: false,
    DistributionAlreadyExists: false,
  };
  for (const [name, isError] of Object.entries(errors)) {
    const bucket = resourceOf({ CreateBucket: () => awsError(name) }, 'S3 bucket shop-production');
    const [creation] = await bucket.create(undefined);
    const failed = await creation!.send().then(
      () => false,
      () => true,
    );
    expect({ name, isError: failed }).toEqual({ name, isError });
  }
});

test('assets go only to a bucket of the account', async () => {
  let owner: unknown;
  const HeadBucket: Reply = (input) => {
    owner = input['ExpectedBucketOwner'];
    return awsError('403');
  };
  const bucket = resourceOf({ HeadBucket }, 'S3 bucket shop-production-assets');
  await expect(bucket.find()).rejects.toThrow('s3.HeadBucket');
  expect(owner).toBe('111122223333');
});

test('a role of somebody else gets no policies', async () => {
  const GetRole: Reply = () => ({ Role: { Tags: [] } });
  const ListAttachedRolePolicies: Reply = () => ({ AttachedPolicies: [] });
  const role = resourceOf({ GetRole, ListAttachedRolePolicies }, 'IAM role');
  expect(await role.find()).toEqual({ isOwn: false, state: 'ready' });
});

test('a cache policy and an access control of the same name belong to the app with their comment', async () => {
  for (const [comment, isOwn] of [
    ['shop/production by gati-deploy', true],
    ['by hand', false],
  ] as const) {
    const config = { Name: 'shop-production', Comment: comment };
    const replies: Record<string, Reply> = {
      ListCachePolicies: () => ({
        CachePolicyList: { Items: [{ CachePolicy: { Id: '1', CachePolicyConfig: config } }] },
      }),
      ListOriginAccessControls: () => ({
        OriginAccessControlList: { Items: [{ Id: '1', Name: config.Name, Description: comment }] },
      }),
    };
    for (const name of ['CloudFront cache policy', 'CloudFront origin access control'])
      expect(await resourceOf(replies, name).find(), name).toEqual({ isOwn, state: 'ready' });
  }
});

const distributions = (Aliases: string[], tags: object[]): Record<string, Reply> => ({
  ListDistributions: () => ({
    DistributionList: {
      Items: [
        {
          ARN: 'arn:d',
          Comment: 'shop-production',
          DomainName: 'd1.cloudfront.net',
          Aliases: { Items: Aliases },
          Enabled: true,
        },
      ],
    },
  }),
  ListTagsForResource: () => ({ Tags: { Items: tags } }),
  ListCertificates: () => ({}),
});

test('the records of a host never lead to the distribution of another app', async () => {
  const replies = { ...distributions(['blog.example.com'], []), ListHostedZonesByName: () => ({}) };
  expect(await resourceOf(replies, 'DNS records').find()).toBeUndefined();
});

test('a distribution of the app that lacks a new host waits for its certificate', async () => {
  const aws = accountOf(distributions(['old.example.com'], OWN_LIST));
  const origin = async (): Promise<string> => 'lb.example.com';
  const resource = distributionResource(aws, {
    host: place.host,
    bucket: 'b',
    origin,
    isSecure: async () => true,
  });
  const found = await resource.find();
  const why = 'ACM has not issued the certificate';
  expect(found).toMatchObject({
    isOwn: true,
    state: 'pending',
    why: expect.stringContaining(why),
  });
  await expect(resource.create(found)).rejects.toThrow(why);
});

test('other statements in the policy of the bucket stay', async () => {
  const other = { Sid: 'Audit', Effect: 'Deny' };
  let policy = JSON.stringify({ Version: '2012-10-17', Statement: other });
  const aws = accountOf({
    ...distributions([place.host], OWN_LIST),
    GetBucketPolicy: () => ({ Policy: policy }),
    PutBucketPolicy: ({ Policy }) => void (policy = String(Policy)),
  });
  const resource = bucketPolicyResource(aws, {
    host: place.host,
    bucket: 'b',
    origin: async () => undefined,
    isSecure: async () => true,
  });
  expect(await resource.find()).toMatchObject({ state: 'incomplete' });
  const [writing] = await resource.create(undefined);
  await writing!.send();
  expect((JSON.parse(policy) as { Statement: object[] }).Statement[0]).toEqual(other);
  expect(await resource.find()).toMatchObject({ state: 'ready' });
});

test('a distribution with an unencrypted connection to the load balancer gets HTTPS', async () => {
  const withProtocol = (OriginProtocolPolicy: string): Record<string, Reply> => {
    const { ListDistributions, ...others } = distributions([place.host], OWN_LIST);
    const list = ListDistributions!({}) as { DistributionList: { Items: [object] } };
    const app = { Id: 'app', DomainName: 'lb', CustomOriginConfig: { OriginProtocolPolicy } };
    Object.assign(list.DistributionList.Items[0], { Origins: { Items: [app] } });
    return { ...others, ListDistributions: () => list };
  };
  const issued: Record<string, Reply> = {
    ListCertificates: () => ({
      CertificateSummaryList: [{ DomainName: place.host, CertificateArn: 'arn:1' }],
    }),
    ListTagsForCertificate: () => ({}),
    DescribeCertificate: () => ({ Certificate: { Status: 'ISSUED' } }),
  };
  const stateOf = async (protocol: string, isSecure = true): Promise<unknown> => {
    const facts = { host: place.host, bucket: 'b', origin: async () => 'lb' };
    const aws = accountOf({ ...withProtocol(protocol), ...issued });
    return (await distributionResource(aws, { ...facts, isSecure: async () => isSecure }).find())
      ?.state;
  };
  expect(await stateOf('http-only')).toBe('incomplete');
  expect(await stateOf('https-only')).toBe('ready');
  // Until then, the distribution does not change, and the deploy is pending.
  expect(await stateOf('http-only', false)).toBe('pending');
});

const CNAME = { Name: `_1.${place.host}.`, Type: 'CNAME', Value: '_2.acm-validations.aws.' };

/** An account with a written record, and certificates by their ARN. */
const certificates = (all: Record<string, { name: string; tags?: object[] }>): Aws =>
  accountOf({
    ListHostedZonesByName: () => ({ HostedZones: [{ Id: 'Z', Name: 'example.com.' }] }),
    ListResourceRecordSets: () => ({
      ResourceRecordSets: [{ ...CNAME, ResourceRecords: [{ Value: CNAME.Value }] }],
    }),
    ListCertificates: () => ({
      CertificateSummaryList: Object.entries(all).map(([CertificateArn, { name }]) => ({
        CertificateArn,
        DomainName: name,
      })),
    }),
    ListTagsForCertificate: (input) => ({ Tags: all[String(input['CertificateArn'])]!.tags ?? [] }),
    DescribeCertificate: () => ({
      Certificate: { Status: 'ISSUED', DomainValidationOptions: [{ ResourceRecord: CNAME }] },
    }),
    DeleteCertificate: () => ({}),
  });

test('the record that proves a host stays while another certificate needs it', async () => {
  const own = { 'arn:own': { name: place.host, tags: OWN_LIST } };
  const isOwn = async (more: Parameters<typeof certificates>[0]): Promise<unknown> =>
    (await validationResource(certificates({ ...own, ...more }), place.host).find())?.isOwn;
  expect(await isOwn({})).toBe(true);
  expect(await isOwn({ 'arn:other': { name: place.host } })).toBe(false);
  expect(await isOwn({ 'arn:other': { name: `*.${place.host}` } })).toBe(false);
  expect(await isOwn({ 'arn:other': { name: 'blog.example.com' } })).toBe(true);
});

test('a removal deletes the certificate of the app, not an issued one that the app did not create', async () => {
  const aws = certificates({
    'arn:other': { name: place.host },
    'arn:own': { name: place.host, tags: OWN_LIST },
  });
  const certificate = certificateResource(aws, place.host);
  const found = await certificate.find();
  expect(found).toMatchObject({ isOwn: true });
  expect((await certificate.remove(found!)).map(({ input }) => input)).toEqual([
    { CertificateArn: 'arn:own' },
  ]);
});

test('a removal finds the edge of an earlier address, and of settings without an edge', async () => {
  const { host: _, ...plain } = place;
  const found = async (here: Aws['place'], hosts: string[]): Promise<string[]> => {
    const aws = accountOf(distributions(hosts, OWN_LIST));
    return (await removableResources({ ...aws, place: here })).map(({ name }) => name);
  };
  expect(await found(plain, ['old.example.com'])).toEqual(
    expect.arrayContaining([
      'S3 bucket shop-production-assets-111122223333',
      'CloudFront distribution old.example.com',
      'ACM certificate old.example.com',
      'DNS records of old.example.com',
    ]),
  );
  expect(await found(place, ['old.example.com'])).toEqual(
    expect.arrayContaining([
      `CloudFront distribution ${place.host}`,
      `DNS records of ${place.host}`,
      'DNS records of old.example.com',
    ]),
  );
  expect(await found(plain, [])).toContain('CloudFront distribution shop-production');
});
