import { type CloudAddress, parseCloudAddress } from '../cloud/address.ts';

/** Parses `pubsub://PROJECT/PREFIX?state=…`. */
export function parseAddress(url: string): CloudAddress {
  return parseCloudAddress(url, {
    example: 'pubsub://my-project/gati',
    place: /^[a-z][a-z0-9.:-]{4,60}[a-z0-9]$/,
    parameters: ['state'],
  });
}
