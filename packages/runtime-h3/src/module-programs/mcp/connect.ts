import {
  Client,
  type jsonSchemaValidator,
  type JsonSchemaValidatorResult,
  StreamableHTTPClientTransport,
  type Transport,
} from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { fillVariables } from '../../module-host/fill-variables.ts';
import { MODULE_COOKIE } from '../../module-host/module-process.ts';
import type { McpSettings } from '../../module-host/mcp-settings.ts';

/** Maximum number of pages of a list of tools. */
const MAX_PAGES = 32;

/**
 * Connects to an MCP server, with the revision 2026-07-28, which has no sessions, or with the
 * handshake of earlier ones.
 *
 * @param onEnd called when the process of the server has ended
 */
export async function connectMcp(settings: McpSettings, onEnd: () => void): Promise<Client> {
  const client = new Client(
    { name: 'gati', version: '1.0.0' },
    {
      listMaxPages: MAX_PAGES,
      versionNegotiation: { mode: 'auto', probe: { timeoutMs: settings.timeout / 2 } },
      jsonSchemaValidator: acceptAll,
    },
  );
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- a client has no events
  client.onclose = onEnd;
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- a client has no events
  client.onerror = (error) => console.error(error.message);
  await client.connect(createTransport(settings), { timeout: settings.timeout });
  return client;
}

/** The app checks results against the contract that it was built with. */
const acceptAll: jsonSchemaValidator = {
  getValidator:
    <T>() =>
    (data: unknown): JsonSchemaValidatorResult<T> => ({
      valid: true,
      data: data as T,
      errorMessage: undefined,
    }),
};

function createTransport({ command, url, headers = {}, output }: McpSettings): Transport {
  if (url !== undefined)
    return new StreamableHTTPClientTransport(new URL(url), {
      requestInit: { headers: fillVariables(headers, process.env) },
      fetch: (input, init) => fetchWithin(output, input, init),
    });
  const [program = '', ...args] = command ?? [];
  const env = Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      value === undefined || name === MODULE_COOKIE ? [] : [[name, value]],
    ),
  );
  return new StdioClientTransport({ command: program, args, env, maxBufferSize: output });
}

/** Fetches, and ends a response that has more bytes, also after decompression. */
async function fetchWithin(
  most: number,
  input: string | URL,
  init: RequestInit | undefined,
): Promise<Response> {
  const response = await fetch(input, init);
  if (response.body === null) return response;
  let bytes = 0;
  const counted = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      bytes += chunk.length;
      if (bytes > most) controller.error(new Error(`its response has more than ${most} bytes`));
      else controller.enqueue(chunk);
    },
  });
  const { status, statusText, headers } = response;
  return new Response(response.body.pipeThrough(counted), { status, statusText, headers });
}
