import fs from 'node:fs';
import type { TestCluster } from '../../cluster/control-plane.ts';
import { createCachePolicies } from './cache-policies.ts';
import type { Ecr } from './ecr.ts';
import type { LoggedRequest, Reply } from './proxy.ts';

export interface Parts {
  /** Address of the emulator. */
  moto: string;
  cluster: TestCluster;
  registry: Ecr;
  repositories: Set<string>;
  /** Number of reads of a new cluster before it is active. */
  reads(): number;
}

type Pass = () => Promise<Reply>;
export type Change = (request: LoggedRequest, pass: Pass) => Promise<Reply>;

/**
 * Replaces the invented addresses of the emulator with those of the real registry and API server,
 * and adds features that it lacks.
 */
export function createChanges(parts: Parts): Change {
  const changes: Record<string, Change> = {
    ecr: changeRegistry(parts),
    eks: changeClusters(parts),
    acm: changeCertificates(),
    route53: async (request, pass) => pass(),
    s3: changeBuckets(parts),
    cloudfront: createCachePolicies(),
  };
  const certificates = changes['acm']!;
  return async (request, pass) => {
    const [service = ''] = request.operation.split('.');
    // Certificates are issued when their record is written.
    if (service === 'route53') await certificates(request, async () => EMPTY);
    return await (changes[service]?.(request, pass) ?? pass());
  };
}

const EMPTY: Reply = { status: 200, body: '{}' };

function changeRegistry({ registry, repositories }: Parts): Change {
  return async ({ operation, input }, pass) => {
    const reply = await pass();
    const name = String(input['repositoryName']);
    if (reply.status >= 300) return reply;
    if (operation === 'ecr.CreateRepository') repositories.add(name);
    if (operation === 'ecr.DeleteRepository') repositories.delete(name);
    const body = reply.body.replaceAll(
      /[0-9]+\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(?=\/)/g,
      registry.host,
    );
    return { ...reply, body };
  };
}

/** Parts of a cluster that moto forgets. */
const FORGOTTEN = ['accessConfig', 'computeConfig', 'storageConfig', 'kubernetesNetworkConfig'];

function changeClusters({ cluster, reads }: Parts): Change {
  const left = new Map<string, number>();
  const kept = new Map<string, Record<string, unknown>>();
  const ca = fs.readFileSync(`${cluster.folder}/pki/ca.pem`).toString('base64');
  return async ({ operation, input }, pass) => {
    const reply = await pass();
    const name = String(input['name']);
    const isCreated = operation === 'eks.CreateCluster';
    if (reply.status >= 300 || !(isCreated || operation === 'eks.DescribeCluster')) return reply;
    if (isCreated) {
      left.set(name, reads());
      const own = FORGOTTEN.filter((key) => key in input).map((key) => [key, input[key]]);
      kept.set(name, Object.fromEntries(own) as Record<string, unknown>);
    }
    const waiting = left.get(name) ?? 0;
    left.set(name, waiting - 1);
    const body = JSON.parse(reply.body) as { cluster: Record<string, unknown> };
    Object.assign(
      body.cluster,
      kept.get(name),
      !isCreated && waiting <= 0
        ? { status: 'ACTIVE', endpoint: cluster.url, certificateAuthority: { data: ca } }
        : { status: 'CREATING', endpoint: undefined, certificateAuthority: undefined },
    );
    return { ...reply, body: JSON.stringify(body) };
  };
}

interface CertificateReply {
  Certificate: {
    Status: string;
    DomainValidationOptions?: { ValidationStatus: string; ResourceRecord?: { Name: string } }[];
  };
}

/** Issues a certificate once the record that proves the ownership is written. */
function changeCertificates(): Change {
  const written = new Set<string>();
  return async ({ operation, input }, pass) => {
    if (operation === 'route53.ChangeResourceRecordSets')
      for (const name of JSON.stringify(input).matchAll(/"Name":"([^"]+)"/g))
        written.add(name[1]!.replace(/\.$/, ''));
    const reply = await pass();
    if (operation !== 'acm.DescribeCertificate' || reply.status >= 300) return reply;
    const body = JSON.parse(reply.body) as CertificateReply;
    const { Certificate } = body;
    const { Name = '' } = Certificate.DomainValidationOptions?.[0]?.ResourceRecord ?? {};
    Certificate.Status = written.has(Name.replace(/\.$/, '')) ? 'ISSUED' : 'PENDING_VALIDATION';
    return { ...reply, body: JSON.stringify(body) };
  };
}

/** Stores the tags of a new bucket, which moto ignores. */
function changeBuckets({ moto }: Parts): Change {
  return async ({ operation, input }, pass) => {
    const reply = await pass();
    const { Tags } = (input['CreateBucketConfiguration'] ?? {}) as {
      Tags?: { Key: string; Value: string }[];
    };
    if (operation !== 's3.CreateBucket' || reply.status >= 300 || !Tags) return reply;
    const tags = Tags.map(
      ({ Key, Value }) => `<Tag><Key>${Key}</Key><Value>${Value}</Value></Tag>`,
    );
    await fetch(`${moto}/${String(input['Bucket'])}?tagging`, {
      method: 'PUT',
      headers: {
        authorization:
          'AWS4-HMAC-SHA256 Credential=test/20260101/eu-central-1/s3/aws4_request, SignedHeaders=host, Signature=0',
      },
      body: `<Tagging><TagSet>${tags.join('')}</TagSet></Tagging>`,
    });
    return reply;
  };
}
