import { runOrThrow } from '@gati/test-kit/processes';
import { call, type ParsedResponse } from '@gati/test-kit/servers';

/** Calls `POST /payments/:id/capture` with fetch; `undefined` requests no version. */
export const fetchCapture = (
  origin: string,
  version: string | undefined,
  body: object,
): Promise<ParsedResponse> =>
  call(`${origin}/payments/p1/capture`, {
    method: 'POST',
    body,
    headers: version === undefined ? {} : { 'x-api-version': version },
  });

/** The same with curl; the version may be in `query` instead. */
export async function curlCapture(
  origin: string,
  version: string | undefined,
  body: object,
  query = '',
): Promise<{ status: number; body: Record<string, unknown> }> {
  const args = ['-s', '-w', '\n%{http_code}', '-H', 'content-type: application/json'];
  if (version !== undefined) args.push('-H', `X-API-Version: ${version}`);
  args.push('-d', JSON.stringify(body), `${origin}/payments/p1/capture${query}`);
  const { stdout } = await runOrThrow('curl', args, {});
  const end = stdout.lastIndexOf('\n');
  return {
    status: Number(stdout.slice(end + 1)),
    body: JSON.parse(stdout.slice(0, end)) as Record<string, unknown>,
  };
}
