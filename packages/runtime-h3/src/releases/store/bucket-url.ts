import { storeError } from './errors.ts';

/** Patterns of bucket names. Google Cloud also allows underscores. */
const ADDRESSES = {
  gs: /^gs:\/\/([a-z0-9][a-z0-9._-]{1,220}[a-z0-9])(?:\/([^?#]*))?$/,
  s3: /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/([^?#]*))?$/,
};

/**
 * Reads the address of a release store in a bucket. `prefix`: start of its keys.
 *
 * @throws {GatiError} GATI_RELEASES
 */
export function readBucketUrl(
  scheme: keyof typeof ADDRESSES,
  url: string,
): { bucket: string; prefix: string; address: string } {
  const [, bucket, path = ''] = ADDRESSES[scheme].exec(url) ?? [];
  if (bucket === undefined)
    throw storeError(
      'GATI_RELEASES',
      `The address of the release store is not of the form ${scheme}://bucket/prefix.`,
      `Set GATI_RELEASES to ${scheme}://BUCKET or ${scheme}://BUCKET/PREFIX; credentials are not part of it.`,
    );
  const prefix = path.split('/').filter(Boolean).join('/');
  const address = prefix === '' ? `${scheme}://${bucket}` : `${scheme}://${bucket}/${prefix}`;
  return { bucket, prefix: prefix === '' ? '' : `${prefix}/`, address };
}
