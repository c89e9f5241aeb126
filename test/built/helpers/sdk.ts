import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { runOrThrow } from '@gati/test-kit/processes';

/** The part of the SDK of the playground payments that the tests use. */
export interface Sdk {
  version: string;
  createClient(options: { baseUrl: string }): {
    payments: { capture(request: { params: { id: string }; body: object }): Promise<SdkResult> };
  };
}

export interface SdkResult {
  ok: boolean;
  status: number;
  data?: unknown;
  error?: { code: string; detail: string; versions: { version: string }[] };
  headers: Headers;
}

/** Unpacks the tarball of an SDK into `folder` and imports it. */
export async function importSdk(tarball: string, folder: string): Promise<Sdk> {
  fs.mkdirSync(folder, { recursive: true });
  await runOrThrow('tar', ['-xzf', tarball, '-C', folder], {});
  const { href } = pathToFileURL(path.join(folder, 'package/dist/index.mjs'));
  return (await import(/* @vite-ignore */ href)) as Sdk;
}
