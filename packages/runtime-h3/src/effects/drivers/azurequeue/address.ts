import { type CloudAddress, parseCloudAddress } from '../cloud/address.ts';

/** Parses `azurequeue://ACCOUNT/PREFIX?state=…`. */
export function parseAddress(url: string): CloudAddress {
  return parseCloudAddress(url, {
    example: 'azurequeue://myaccount/gati',
    place: /^[a-z0-9]{3,24}$/,
    parameters: ['state'],
  });
}
