import {
  ChangeResourceRecordSetsCommand,
  ListHostedZonesByNameCommand,
  ListResourceRecordSetsCommand,
  type ResourceRecordSet,
} from '@aws-sdk/client-route-53';
import type { CloudRequest } from 'gati-deploy/cloud';
import { operation, request, type Send } from './operation.ts';

const ListZones = operation('route53.ListHostedZonesByName', ListHostedZonesByNameCommand, 'all');
const ListRecords = operation(
  'route53.ListResourceRecordSets',
  ListResourceRecordSetsCommand,
  'zones',
);
const ChangeRecords = operation(
  'route53.ChangeResourceRecordSets',
  ChangeResourceRecordSetsCommand,
  'zones',
);

export const ZONE_OPERATIONS = [ListZones, ListRecords, ChangeRecords];

/**
 * Returns the public zone of a host in the account. If several zones match, returns the most
 * specific one.
 */
export async function findZone(send: Send, host: string): Promise<string | undefined> {
  const labels = host.split('.');
  for (let start = 0; start < labels.length - 1; start++) {
    const name = `${labels.slice(start).join('.')}.`;
    const { HostedZones = [] } = await send(ListZones, { DNSName: name, MaxItems: 10 });
    const zone = HostedZones.find(({ Name, Config }) => Name === name && !Config?.PrivateZone);
    if (zone?.Id) return zone.Id.replace('/hostedzone/', '');
  }
  return undefined;
}

/** Returns a record of a zone. */
export async function findRecord(
  send: Send,
  zone: string,
  name: string,
  type: 'A' | 'AAAA' | 'CNAME',
): Promise<ResourceRecordSet | undefined> {
  const { ResourceRecordSets = [] } = await send(ListRecords, {
    HostedZoneId: zone,
    StartRecordName: name,
    StartRecordType: type,
    MaxItems: 1,
  });
  return ResourceRecordSets.find(
    (each) => each.Type === type && each.Name?.replace(/\.$/, '') === name.replace(/\.$/, ''),
  );
}

/** Returns the request that writes or removes records in one step. */
export function changeRecords(
  send: Send,
  zone: string,
  action: 'CREATE' | 'UPSERT' | 'DELETE',
  records: ResourceRecordSet[],
): CloudRequest {
  return request(send, ChangeRecords, {
    HostedZoneId: zone,
    ChangeBatch: {
      Changes: records.map((ResourceRecordSet) => ({ Action: action, ResourceRecordSet })),
    },
  });
}
