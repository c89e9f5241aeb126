import fs from 'node:fs';
import { ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import type { Asset } from 'gati-deploy/cloud';
import type { Aws } from './aws.ts';
import { operation, sender } from './operation.ts';

const ListObjects = operation('s3.ListObjectsV2', ListObjectsV2Command, 'buckets', 's3:ListBucket');
const PutObject = operation('s3.PutObject', PutObjectCommand, 'objects', 's3:PutObject');

export const ASSET_OPERATIONS = [ListObjects, PutObject];

const YEAR = 'public, max-age=31536000, immutable';
/** Maximum number of simultaneous uploads. */
const PARALLEL = 8;

/** Types of the files that builds write; browsers need the right ones for scripts and styles. */
const TYPES: Record<string, string> = {
  avif: 'image/avif',
  css: 'text/css; charset=utf-8',
  gif: 'image/gif',
  html: 'text/html; charset=utf-8',
  ico: 'image/x-icon',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  js: 'text/javascript; charset=utf-8',
  json: 'application/json',
  mjs: 'text/javascript; charset=utf-8',
  mp4: 'video/mp4',
  pdf: 'application/pdf',
  png: 'image/png',
  svg: 'image/svg+xml',
  txt: 'text/plain; charset=utf-8',
  wasm: 'application/wasm',
  webm: 'video/webm',
  webp: 'image/webp',
  woff: 'font/woff',
  woff2: 'font/woff2',
};

/**
 * Uploads the assets that the bucket does not have. Their names contain a part of their digest, so
 * they never change, and those of earlier releases stay.
 */
export async function uploadAssets(
  { clients, names, account }: Aws,
  assets: Asset[],
): Promise<{ sent: number; present: number }> {
  const send = sender(clients, ASSET_OPERATIONS);
  // Scripts for users never go to a bucket of another account.
  const bucket = { Bucket: names.assets, ExpectedBucketOwner: account };
  const known = new Set<string>();
  for (let ContinuationToken: string | undefined; ;) {
    const page = await send(ListObjects, { ...bucket, Prefix: 'assets/', ContinuationToken });
    for (const { Key } of page.Contents ?? []) if (Key) known.add(Key);
    ContinuationToken = page.NextContinuationToken;
    if (!ContinuationToken) break;
  }
  const waiting = assets.filter(({ path }) => !known.has(path));
  const sent = waiting.length;
  const work = async (): Promise<void> => {
    for (let asset = waiting.pop(); asset; asset = waiting.pop())
      await send(PutObject, {
        ...bucket,
        Key: asset.path,
        Body: fs.readFileSync(asset.source),
        CacheControl: YEAR,
        ContentType:
          TYPES[asset.path.split('.').at(-1)!.toLowerCase()] ?? 'application/octet-stream',
      });
  };
  await Promise.all(Array.from({ length: PARALLEL }, work));
  return { sent, present: assets.length - sent };
}
