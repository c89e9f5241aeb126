import { type CloudAddress, parseCloudAddress } from '../cloud/address.ts';

/** Parses `sqs://REGION/PREFIX?state=…`. */
export function parseAddress(url: string): CloudAddress {
  return parseCloudAddress(url, {
    example: 'sqs://eu-west-1/gati',
    place: /^(?:[a-z]{2}(?:-[a-z]+)+-\d)?$/,
    parameters: ['state'],
  });
}
