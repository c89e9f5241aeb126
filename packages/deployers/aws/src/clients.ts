import { ACMClient } from '@aws-sdk/client-acm';
import { CloudFrontClient } from '@aws-sdk/client-cloudfront';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ECRClient } from '@aws-sdk/client-ecr';
import { EKSClient } from '@aws-sdk/client-eks';
import { IAMClient } from '@aws-sdk/client-iam';
import { Route53Client } from '@aws-sdk/client-route-53';
import { S3Client } from '@aws-sdk/client-s3';
import { STSClient } from '@aws-sdk/client-sts';

/** Clients by the prefix of their actions in IAM. */
export interface Clients {
  acm: ACMClient;
  /** ACM in the region of the deploy, for certificates of load balancers. */
  acmRegion: ACMClient;
  cloudfront: CloudFrontClient;
  ec2: EC2Client;
  ecr: ECRClient;
  eks: EKSClient;
  iam: IAMClient;
  route53: Route53Client;
  s3: S3Client;
  sts: STSClient;
}

export type ClientName = Exclude<keyof Clients, 'acmRegion'>;

/** Creates the clients. Credentials and endpoints come from the environment, as for other tools. */
export function createClients(region: string): Clients {
  const options = { region, customUserAgent: 'gati-deploy' };
  const sts = new STSClient(options);
  // One chain of credentials, so that each program or login service is called once.
  const shared = { ...options, credentials: sts.config.credentials };
  // CloudFront reads certificates of this region only.
  const world = { ...shared, region: 'us-east-1' };
  // A custom endpoint rarely has a host name per bucket.
  const forcePathStyle = Boolean(process.env.AWS_ENDPOINT_URL_S3 || process.env.AWS_ENDPOINT_URL);
  return {
    acm: new ACMClient(world),
    acmRegion: new ACMClient(shared),
    cloudfront: new CloudFrontClient(world),
    ec2: new EC2Client(shared),
    ecr: new ECRClient(shared),
    eks: new EKSClient(shared),
    iam: new IAMClient(shared),
    route53: new Route53Client(world),
    // All regions share one release store, which is in one of them.
    s3: new S3Client({ ...shared, forcePathStyle, followRegionRedirects: true }),
    sts,
  };
}
