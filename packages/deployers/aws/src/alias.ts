import type { ResourceRecordSet } from '@aws-sdk/client-route-53';
import type { Aws, AwsResource } from './aws.ts';
import { findDistribution } from './distribution.ts';
import { sender } from './operation.ts';
import { changeRecords, findRecord, findZone, ZONE_OPERATIONS } from './zone.ts';

/** Hosted zone of all distributions. */
const CLOUDFRONT_ZONE = 'Z2FDTNDATAQYW2';

/**
 * Records by which the host resolves to the distribution. Ready once CloudFront has deployed it.
 */
export function aliasResource(aws: Aws, host: string): AwsResource {
  const send = sender(aws.clients, ZONE_OPERATIONS);
  const find = async (): Promise<{
    zone: string | undefined;
    target: string | undefined;
    status: string | undefined;
    isOwn: boolean;
    written: number;
    others: number;
  }> => {
    const { summary, isOwn: own = false } = (await findDistribution(aws, host)) ?? {};
    const target = summary?.DomainName;
    const zone = await findZone(send, host);
    const types = ['A', 'AAAA'] as const;
    const records = zone
      ? await Promise.all(types.map((type) => findRecord(send, zone, host, type)))
      : [];
    const written = records.filter(
      (each) => target !== undefined && each?.AliasTarget?.DNSName?.replace(/\.$/, '') === target,
    ).length;
    const others = records.filter((each) => each !== undefined).length - written;
    return { zone, target, status: summary?.Status, isOwn: own, written, others };
  };
  const toSets = (target: string): ResourceRecordSet[] =>
    (['A', 'AAAA'] as const).map((Type) => ({
      Name: host,
      Type,
      AliasTarget: {
        HostedZoneId: CLOUDFRONT_ZONE,
        DNSName: target,
        EvaluateTargetHealth: false,
      },
    }));
  return {
    service: 'edge',
    name: `DNS records of ${host}`,
    reason: 'sends users to the distribution',
    grants: ZONE_OPERATIONS.flatMap(({ grants }) => grants),
    async find() {
      const { zone, target, status, isOwn: own, written, others } = await find();
      if (!target) return undefined;
      if (others > 0)
        return {
          isOwn: false,
          state: 'pending',
          why: `the records of ${host} have another target. Remove the A and AAAA records of ${host} to send users to ${target}`,
        };
      if (!zone)
        return {
          isOwn: false,
          state: 'ready',
          why: `the account has no public zone of ${host}. Create this record in its DNS: ${host} CNAME ${target}`,
        };
      if (written < 2) return undefined;
      return {
        isOwn: own,
        state: status === 'Deployed' ? 'ready' : 'pending',
        why: 'CloudFront is deploying the distribution, which takes some minutes',
      };
    },
    async create() {
      const { zone, target } = await find();
      return zone && target ? [changeRecords(send, zone, 'CREATE', toSets(target))] : [];
    },
    async remove() {
      const { zone, target } = await find();
      return zone && target ? [changeRecords(send, zone, 'DELETE', toSets(target))] : [];
    },
  };
}
