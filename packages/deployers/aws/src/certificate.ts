import { createHash } from 'node:crypto';
import {
  type CertificateDetail,
  type CertificateSummary,
  DeleteCertificateCommand,
  DescribeCertificateCommand,
  ListCertificatesCommand,
  ListTagsForCertificateCommand,
  RequestCertificateCommand,
} from '@aws-sdk/client-acm';
import type { ResourceRecordSet } from '@aws-sdk/client-route-53';
import { GatiError } from '@gati/contract';
import { isOwn } from 'gati-deploy/cloud';
import { tagList, tagRecord } from './account.ts';
import { type Aws, type AwsResource, inRegion, WORLD } from './aws.ts';
import { operation, request, sender } from './operation.ts';
import { changeRecords, findRecord, findZone, ZONE_OPERATIONS } from './zone.ts';

const ListCertificates = operation('acm.ListCertificates', ListCertificatesCommand, 'all');
const DescribeCertificate = operation(
  'acm.DescribeCertificate',
  DescribeCertificateCommand,
  'certificates',
);
const ListTags = operation(
  'acm.ListTagsForCertificate',
  ListTagsForCertificateCommand,
  'certificates',
);
const RequestCertificate = operation(
  'acm.RequestCertificate',
  RequestCertificateCommand,
  'certificates',
  'acm:RequestCertificate',
  'acm:AddTagsToCertificate',
);
const DeleteCertificate = operation(
  'acm.DeleteCertificate',
  DeleteCertificateCommand,
  'certificates',
);

const READING = [ListCertificates, DescribeCertificate, ListTags];
const OPERATIONS = [...READING, RequestCertificate, DeleteCertificate];

/** Statuses of a certificate that ACM will never issue. */
const DEAD = new Set(['FAILED', 'VALIDATION_TIMED_OUT', 'REVOKED', 'EXPIRED', 'INACTIVE']);

export interface FoundCertificate {
  arn: string;
  isOwn: boolean;
  detail: CertificateDetail;
}

/** Types of keys that CloudFront and load balancers accept. */
const USABLE = ['RSA_2048', 'RSA_3072', 'RSA_4096', 'EC_prime256v1'] as const;
/** Without a list of all types, ACM leaves out certificates with keys of other types. */
const KEY_TYPES = [...USABLE, 'RSA_1024', 'EC_secp384r1', 'EC_secp521r1'] as const;

/** Lists the certificates of the account in one region that `matches` chooses. */
async function* listCertificates(
  aws: Aws,
  matches: (summary: CertificateSummary) => boolean,
): AsyncGenerator<FoundCertificate> {
  const send = sender(aws.clients, READING);
  for (let NextToken: string | undefined; ;) {
    const page = await send(ListCertificates, {
      NextToken,
      Includes: { keyTypes: [...KEY_TYPES] },
    });
    for (const summary of page.CertificateSummaryList ?? []) {
      const { CertificateArn } = summary;
      if (!CertificateArn || !matches(summary)) continue;
      const { Tags } = await send(ListTags, { CertificateArn });
      const { Certificate: detail = {} } = await send(DescribeCertificate, { CertificateArn });
      yield { arn: CertificateArn, isOwn: isOwn(aws.place, tagRecord(Tags)), detail };
    }
    NextToken = page.NextToken;
    if (!NextToken) return;
  }
}

/** Finds a certificate for a host: an issued one, or the one that the app created. */
export async function findCertificate(
  aws: Aws,
  host: string,
): Promise<FoundCertificate | undefined> {
  const found = await findCertificates(aws, host);
  const issued = found.filter(({ detail }) => detail.Status === 'ISSUED');
  return ownOf(issued) ?? issued[0] ?? ownOf(found);
}

async function findCertificates(aws: Aws, host: string): Promise<FoundCertificate[]> {
  const found: FoundCertificate[] = [];
  const isUsable = ({ DomainName, KeyAlgorithm }: CertificateSummary): boolean =>
    DomainName === host &&
    (KeyAlgorithm === undefined || USABLE.some((each) => each === KeyAlgorithm));
  for await (const each of listCertificates(aws, isUsable)) found.push(each);
  return found;
}

const ownOf = (found: FoundCertificate[]): FoundCertificate | undefined =>
  found.find((each) => each.isOwn);

/**
 * Returns the hosts of certificates that deploys of the app created and that no service uses, such
 * as that of an earlier `url`.
 */
export async function ownCertificateHosts(aws: Aws): Promise<string[]> {
  const hosts: string[] = [];
  for await (const { isOwn: own, detail } of listCertificates(aws, ({ InUse }) => !InUse))
    if (own && detail.DomainName) hosts.push(detail.DomainName);
  return hosts;
}

/** Returns the account once for each region in which a deploy uses certificates. */
const everywhere = (aws: Aws): Aws[] => (aws.region === WORLD ? [aws] : [aws, inRegion(aws)]);

/**
 * Whether a certificate that no deploy of the app created needs the same DNS record. ACM gives all
 * certificates of an account for a domain the same record, and checks it at each renewal.
 */
async function isShared(aws: Aws, host: string, record: string): Promise<boolean> {
  const names = [host, `*.${host}`];
  const isRelated = ({
    DomainName = '',
    SubjectAlternativeNameSummaries = [],
  }: CertificateSummary) =>
    [DomainName, ...SubjectAlternativeNameSummaries].some((name) => names.includes(name));
  for (const each of everywhere(aws))
    for await (const { isOwn: own, detail } of listCertificates(each, isRelated)) {
      const records = detail.DomainValidationOptions?.map(
        ({ ResourceRecord }) => ResourceRecord?.Name,
      );
      if (!own && !DEAD.has(detail.Status ?? '') && records?.includes(record)) return true;
    }
  return false;
}

/** Returns the certificates of a host: one for CloudFront, and one for the load balancer. */
export function certificateResources(aws: Aws, host: string): AwsResource[] {
  return everywhere(aws).map((each) => certificateResource(each, host));
}

/**
 * Certificate of the host in one region. The resource is ready once ACM names the DNS record,
 * because ACM issues the certificate only after that record exists.
 */
export function certificateResource(aws: Aws, host: string): AwsResource {
  const { names, clients, region } = aws;
  const send = sender(clients, OPERATIONS);
  const isOrigin = clients.acm === clients.acmRegion;
  return {
    service: 'edge',
    name: `ACM certificate ${host}${isOrigin ? ` (${region})` : ''}`,
    reason: isOrigin ? 'HTTPS between CloudFront and the load balancer' : 'HTTPS',
    grants: OPERATIONS.flatMap(({ grants }) => grants),
    async find() {
      const found = await findCertificate(aws, host);
      if (!found) return undefined;
      // A removal deletes the certificate of the app, even if another one is in use.
      const own = ownOf(await findCertificates(aws, host)) !== undefined;
      const { Status = '' } = found.detail;
      if (DEAD.has(Status)) return { isOwn: own, state: 'incomplete' };
      const isKnown = Status === 'ISSUED' || recordOf(found) !== undefined;
      return {
        isOwn: own,
        state: isKnown ? 'ready' : 'pending',
        why: 'ACM chooses the record that proves the ownership',
      };
    },
    async create(found) {
      if (found) {
        const { Status = '', FailureReason } = (await findCertificate(aws, host))?.detail ?? {};
        throw deadError(host, Status, FailureReason);
      }
      return [
        request(send, RequestCertificate, {
          DomainName: host,
          ValidationMethod: 'DNS',
          // A repeated request within an hour returns the same certificate.
          IdempotencyToken: createHash('sha256')
            .update(`${names.base} ${host}`)
            .digest('hex')
            .slice(0, 32),
          Tags: tagList(names.tags),
        }),
      ];
    },
    async remove() {
      const found = ownOf(await findCertificates(aws, host));
      return found ? [request(send, DeleteCertificate, { CertificateArn: found.arn })] : [];
    },
  };
}

/** DNS record that proves the ownership of a host. */
export function validationResource(aws: Aws, host: string): AwsResource {
  const send = sender(aws.clients, [...ZONE_OPERATIONS, ...READING]);
  const find = async (): Promise<{
    certificate: FoundCertificate | undefined;
    zone: string | undefined;
    record: { name: string; value: string } | undefined;
    isWritten: boolean;
  }> => {
    const certificate = await findCertificate(aws, host);
    const record = certificate && recordOf(certificate);
    const zone = await findZone(send, host);
    const written = zone && record ? await findRecord(send, zone, record.name, 'CNAME') : undefined;
    const isWritten = written?.ResourceRecords?.[0]?.Value === record?.value && !!written;
    return { certificate, zone, record, isWritten };
  };
  const toSet = ({ name, value }: { name: string; value: string }): ResourceRecordSet => ({
    Name: name,
    Type: 'CNAME',
    TTL: 300,
    ResourceRecords: [{ Value: value }],
  });
  return {
    service: 'edge',
    name: `DNS record of the certificate ${host}`,
    reason: 'proves the ownership of the host to ACM',
    grants: ZONE_OPERATIONS.flatMap(({ grants }) => grants),
    async find() {
      const { certificate, zone, record, isWritten } = await find();
      if (!certificate) return undefined;
      const own = certificate.isOwn && isWritten && !(await isShared(aws, host, record!.name));
      if (isWritten || certificate.detail.Status === 'ISSUED')
        return { isOwn: own, state: 'ready' };
      if (zone) return undefined;
      const why = `the account has no public zone of ${host}. Create this record in its DNS: ${record?.name} CNAME ${record?.value}`;
      return { isOwn: false, state: 'pending', why };
    },
    async create() {
      const { zone, record } = await find();
      return zone && record ? [changeRecords(send, zone, 'UPSERT', [toSet(record)])] : [];
    },
    async remove() {
      const { zone, record } = await find();
      return zone && record ? [changeRecords(send, zone, 'DELETE', [toSet(record)])] : [];
    },
  };
}

function recordOf({ detail }: FoundCertificate): { name: string; value: string } | undefined {
  const { Name: name, Value: value } = detail.DomainValidationOptions?.[0]?.ResourceRecord ?? {};
  return name && value ? { name, value } : undefined;
}

const deadError = (host: string, status: string, why = status): GatiError =>
  new GatiError({
    code: 'GATI_DEPLOY_CLOUD',
    message: `ACM issues no certificate for ${host}: ${why}.`,
    fix:
      why === 'CAA_ERROR'
        ? 'Add a CAA record with the issuer amazon.com to the DNS of the host. Then remove the certificate in ACM (us-east-1), and run the same command.'
        : 'Correct the DNS of the host, remove the certificate in ACM (us-east-1), and run the same command.',
  });
