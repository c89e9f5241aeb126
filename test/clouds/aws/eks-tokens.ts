import { createHash, createHmac } from 'node:crypto';
import { serveTokenReviews, type TokenReviews } from '../token-reviews.ts';

export interface TokenReviewer extends TokenReviews {
  /** Reasons why tokens were rejected. */
  rejected: string[];
  /** Number of tokens that were accepted. */
  accepted: number;
}

/** Account whose tokens the cluster accepts. */
export interface Account {
  keyId: string;
  secret: string;
  /** Name of the cluster, which tokens contain. */
  cluster: string;
}

/**
 * Starts a server that reviews tokens as EKS does: each is a presigned request to STS, whose
 * signature must be that of the account.
 */
export async function startTokenReviewer(account: Account): Promise<TokenReviewer> {
  const found = { accepted: 0, rejected: [] as string[] };
  const username = 'arn:aws:iam::123456789012:user/ada';
  const reviews = await serveTokenReviews(username, (token) => {
    const why = findFault(token, account);
    if (why === undefined) found.accepted++;
    else found.rejected.push(why);
    return why === undefined;
  });
  return Object.assign(found, reviews);
}

/** @see https://github.com/kubernetes-sigs/aws-iam-authenticator, `token.go` */
function findFault(token: string, { keyId, secret, cluster }: Account): string | undefined {
  const prefix = 'k8s-aws-v1.';
  if (!token.startsWith(prefix)) return 'the prefix is wrong';
  const url = new URL(Buffer.from(token.slice(prefix.length), 'base64url').toString('utf8'));
  const query = url.searchParams;
  if (url.protocol !== 'https:' || !/^sts\.[a-z0-9-]+\.amazonaws\.com$/.test(url.host))
    return `the host is ${url.host}`;
  if (query.get('Action') !== 'GetCallerIdentity') return `the action is ${query.get('Action')}`;
  const seconds = Number(query.get('X-Amz-Expires'));
  if (!(seconds > 0 && seconds <= 900)) return `it is valid for ${seconds} seconds`;
  const signed = query.get('X-Amz-SignedHeaders') ?? '';
  if (!signed.split(';').includes('x-k8s-aws-id')) return `it signs ${signed} only`;
  const [key, date = '', region = ''] = query.get('X-Amz-Credential')!.split('/');
  if (key !== keyId) return `the key is ${key}`;
  const time = query.get('X-Amz-Date') ?? '';
  const pairs = [...query]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .sort();
  const heads: Record<string, string> = { host: url.host, 'x-k8s-aws-id': cluster };
  const canonical = [
    'GET',
    '/',
    pairs.join('&'),
    ...signed.split(';').map((name) => `${name}:${heads[name]}`),
    '',
    signed,
    sha256(''),
  ].join('\n');
  const scope = `${date}/${region}/sts/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n');
  const keys = [date, region, 'sts', 'aws4_request'].reduce<Buffer | string>(
    (last, part) => hmac(last, part),
    `AWS4${secret}`,
  );
  const signature = hmac(keys, text).toString('hex');
  return signature === query.get('X-Amz-Signature') ? undefined : 'the signature is wrong';
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const hmac = (key: Buffer | string, text: string): Buffer =>
  createHmac('sha256', key).update(text).digest();
