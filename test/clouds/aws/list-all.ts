import { ACMClient, ListCertificatesCommand } from '@aws-sdk/client-acm';
import {
  CloudFrontClient,
  ListDistributionsCommand,
  ListOriginAccessControlsCommand,
} from '@aws-sdk/client-cloudfront';
import { DescribeRepositoriesCommand, ECRClient } from '@aws-sdk/client-ecr';
import { EKSClient, ListClustersCommand } from '@aws-sdk/client-eks';
import { IAMClient, ListRolesCommand } from '@aws-sdk/client-iam';
import {
  ListHostedZonesCommand,
  ListResourceRecordSetsCommand,
  Route53Client,
} from '@aws-sdk/client-route-53';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';

const names = (kind: string, list: (string | undefined)[] = []): string[] =>
  list.map((name) => `${kind} ${name}`);

/** Lists the resources of an account, of all kinds that a deploy creates. */
export async function listAll(endpoint: string): Promise<string[]> {
  const options = {
    endpoint,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
  const world = { ...options, region: 'us-east-1' };
  const ecr = new ECRClient(options);
  const eks = new EKSClient(options);
  const iam = new IAMClient(options);
  const s3 = new S3Client({ ...options, forcePathStyle: true });
  const acm = new ACMClient(world);
  const regional = new ACMClient(options);
  const cloudfront = new CloudFrontClient(world);
  const { repositories } = await ecr.send(new DescribeRepositoriesCommand({}));
  const { clusters } = await eks.send(new ListClustersCommand({}));
  const { Roles } = await iam.send(new ListRolesCommand({}));
  const { Buckets } = await s3.send(new ListBucketsCommand({}));
  const certificates = await Promise.all(
    [acm, regional].map((client) => client.send(new ListCertificatesCommand({}))),
  );
  const { DistributionList } = await cloudfront.send(new ListDistributionsCommand({}));
  const { OriginAccessControlList } = await cloudfront.send(
    new ListOriginAccessControlsCommand({}),
  );
  for (const client of [ecr, eks, iam, s3, acm, regional, cloudfront]) client.destroy();
  return [
    ...names(
      'repository',
      repositories?.map((each) => each.repositoryName),
    ),
    ...names('cluster', clusters),
    ...names(
      'role',
      Roles?.map((each) => each.RoleName),
    ),
    ...names(
      'bucket',
      Buckets?.map((each) => each.Name),
    ),
    ...names(
      'certificate',
      certificates
        .flatMap(({ CertificateSummaryList: list = [] }) => list)
        .map((each) => each.DomainName),
    ),
    ...names(
      'distribution',
      DistributionList?.Items?.map((each) => each.Comment),
    ),
    ...names(
      'access control',
      OriginAccessControlList?.Items?.map((each) => each.Name),
    ),
    ...(await listRecords(new Route53Client(world))),
  ];
}

/** Records of all zones but those that a zone has from the beginning. */
async function listRecords(route53: Route53Client): Promise<string[]> {
  const { HostedZones = [] } = await route53.send(new ListHostedZonesCommand({}));
  const lists = await Promise.all(
    HostedZones.map(({ Id }) =>
      route53.send(new ListResourceRecordSetsCommand({ HostedZoneId: Id })),
    ),
  );
  route53.destroy();
  const sets = lists.flatMap(({ ResourceRecordSets = [] }) => ResourceRecordSets);
  const own = sets.filter(({ Type }) => Type !== 'NS' && Type !== 'SOA');
  return own.map(({ Name, Type }) => `record ${Type} ${Name}`);
}
