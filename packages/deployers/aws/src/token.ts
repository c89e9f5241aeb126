import type { ExecCredentials } from 'gati-deploy/cloud';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Aws } from './aws.ts';
import { toCloudError } from './errors.ts';

/** Seconds in which the presigned address is valid. EKS accepts the token for 15 minutes. */
const SIGNED = 60;
/** Milliseconds in which a token is used: EKS accepts it for 15 minutes. */
const VALID = 14 * 60_000;

/**
 * Creates a token for a cluster: a presigned `GetCallerIdentity`, which EKS sends to STS.
 *
 * @see https://docs.aws.amazon.com/eks/latest/best-practices/identity-and-access-management.html
 */
export async function createToken(
  { clients: { sts }, region, partition }: Aws,
  cluster: string,
): Promise<ExecCredentials> {
  const hostname = `sts.${region}.${partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com'}`;
  const { credentials, sha256 } = sts.config;
  const signer = new SignatureV4({ service: 'sts', region, credentials, sha256 });
  const request = {
    method: 'GET',
    protocol: 'https:',
    hostname,
    path: '/',
    query: { Action: 'GetCallerIdentity', Version: '2011-06-15' },
    headers: { host: hostname, 'x-k8s-aws-id': cluster },
  };
  try {
    const { query = {} } = await signer.presign(request, { expiresIn: SIGNED });
    const pairs = Object.entries(query).map(
      ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`,
    );
    const url = `https://${hostname}/?${pairs.join('&')}`;
    const token = `k8s-aws-v1.${Buffer.from(url).toString('base64url')}`;
    return { token, expires: Date.now() + VALID };
  } catch (error) {
    throw toCloudError(error, 'the token of the cluster');
  }
}
