import { createHash } from 'node:crypto';
import {
  type CertificateDetail,
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
import type { Aws, AwsResource } from './aws.ts';
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

/** Finds a certificate for a host: an issued one, or that of the app. */
export async function findCertificate(
  aws: Aws,
  host: string,
): Promise<FoundCertificate | undefined> {
  const send = sender(aws.clients, READING);
  let pending: FoundCertificate | undefined;
  for (let NextToken: string | undefined; ;) {
    const page = await send(ListCertificates, { NextToken });
    for (const { DomainName, CertificateArn } of page.CertificateSummaryList ?? []) {
      if (DomainName !== host || !CertificateArn) continue;
      const { Tags } = await send(ListTags, { CertificateArn });
      const { Certificate: detail = {} } = await send(DescribeCertificate, { CertificateArn });
      const found = { arn: CertificateArn, isOwn: isOwn(aws.place, tagRecord(Tags)), detail };
      if (detail.Status === 'ISSUED') return found;
      if (found.isOwn) pending = found;
    }
    NextToken = page.NextToken;
    if (!NextToken) return pending;
  }
}

/**
 * Certificate of the host, in the region that CloudFront reads. The resource is ready once ACM
 * names the DNS record: ACM issues the certificate only after that record is written.
 */
export function certificateResource(aws: Aws, host: string): AwsResource {
  const { names, clients } = aws;
  const send = sender(clients, OPERATIONS);
  return {
    service: 'edge',
    name: `ACM certificate ${host}`,
    reason: 'HTTPS',
    grants: OPERATIONS.flatMap(({ grants }) => grants),
    async find() {
      const found = await findCertificate(aws, host);
      if (!found) return undefined;
      const { Status = '' } = found.detail;
      if (DEAD.has(Status)) return { isOwn: found.isOwn, state: 'incomplete' };
      const isKnown = Status === 'ISSUED' || recordOf(found) !== undefined;
      return {
        isOwn: found.isOwn,
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
      const found = await findCertificate(aws, host);
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
      const own = certificate.isOwn && isWritten;
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
