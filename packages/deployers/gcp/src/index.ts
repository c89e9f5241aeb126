/**
 * Entry `@gati/cloud-gcp`: the target `gcp` of `gati-deploy`.
 */
import { type Cloud, defineCloud } from 'gati-deploy/cloud';
import { createRole } from './policy.ts';
import { PRICES_OF } from './prices.ts';
import { openGcp } from './session.ts';

const gcp: Cloud = defineCloud({
  name: 'gcp',
  title: 'Google Cloud',
  storeScheme: 'gs',
  pricesOf: PRICES_OF,
  open: openGcp,
  policy: async (place, options) => createRole(place, options),
});
export default gcp;
