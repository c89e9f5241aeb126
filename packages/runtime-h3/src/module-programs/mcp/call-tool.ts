import {
  type CallToolResult,
  type Client,
  ProtocolError,
  SdkError,
  SdkErrorCode,
  type Tool,
} from '@modelcontextprotocol/client';
import { CallProblem, type ServedCall } from '../serve-module.ts';

/** Maximum number of characters of an error text. */
const MAX_DETAIL = 2000;
/** Code of JSON-RPC for arguments that a tool rejects. */
const INVALID_PARAMS = -32_602;

/**
 * Calls a tool. The result is its structured content, or `{ text, content }` of a tool without an
 * output schema.
 *
 * @throws {CallProblem} for an error that the tool or the server reports
 */
export async function callTool(
  client: Client,
  tool: Tool,
  { input, signal, timeout, traceparent }: ServedCall,
): Promise<unknown> {
  let result: CallToolResult;
  try {
    result = await client.callTool(
      {
        name: tool.name,
        arguments: (input ?? {}) as Record<string, unknown>,
        ...(traceparent !== undefined && { _meta: { traceparent } }),
      },
      { signal, timeout, maxTotalTimeout: timeout, toolDefinition: tool },
    );
  } catch (error) {
    throw toProblem(error);
  }
  const { content, structuredContent, isError } = result;
  const text = content.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('\n');
  if (isError === true) throw new CallProblem(422, 'mcp_tool_error', text.slice(0, MAX_DETAIL));
  if (tool.outputSchema === undefined) return { text, content };
  if (structuredContent !== undefined) return structuredContent;
  throw new CallProblem(
    502,
    'GATI_MODULE_ANSWER',
    'the result of the tool has no structured content.',
  );
}

/** Converts an error of the MCP server or of the connection to it. */
function toProblem(error: unknown): Error {
  const detail = (error instanceof Error ? error.message : String(error)).slice(0, MAX_DETAIL);
  if (error instanceof ProtocolError)
    return error.code === INVALID_PARAMS
      ? new CallProblem(400, 'mcp_invalid_params', detail)
      : new CallProblem(502, 'mcp_error', detail);
  if (error instanceof SdkError && error.code === SdkErrorCode.RequestTimeout)
    return new CallProblem(504, 'GATI_MODULE_TIMEOUT', detail);
  return new CallProblem(502, 'GATI_MODULE_FAILED', detail);
}
