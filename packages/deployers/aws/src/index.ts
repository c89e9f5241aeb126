/**
 * Entry `@gati/cloud-aws`: the target `aws` of `gati-deploy`.
 */
import { type Cloud, defineCloud } from 'gati-deploy/cloud';
import { PRICES_OF } from './prices.ts';
import { createPolicy } from './policy.ts';
import { openAws } from './session.ts';

const aws: Cloud = defineCloud({
  name: 'aws',
  title: 'AWS',
  storeScheme: 's3',
  pricesOf: PRICES_OF,
  open: openAws,
  policy: async (place, options) => createPolicy(place, options),
});
export default aws;
