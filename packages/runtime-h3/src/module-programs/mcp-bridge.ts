/**
 * Program `dist/programs/mcp-bridge.mjs`: a module whose methods are the tools of an MCP server. It
 * runs in a separate process, so that workers load no client of MCP.
 */
import { callTool } from './mcp/call-tool.ts';
import { connectMcp } from './mcp/connect.ts';
import { describeTools } from './mcp/describe-tools.ts';
import type { McpSettings } from '../module-host/mcp-settings.ts';
import { requireCookie, serveModule } from './serve-module.ts';

requireCookie();
try {
  const settings = JSON.parse(process.argv[2] ?? '{}') as McpSettings;
  let isEnding = false;
  // The supervisor starts the bridge again, and with it the server.
  const client = await connectMcp(settings, () => isEnding || fail('the MCP server has ended'));
  const { tools: list } = await client.listTools(undefined, { timeout: settings.timeout });
  const { descriptor, tools } = describeTools(client.getServerVersion(), list, (warning) =>
    console.error(warning),
  );
  await serveModule({
    descriptor,
    call: (call) => callTool(client, tools.get(call.method)!, call),
    mostInput: settings.input,
    close: () => {
      isEnding = true;
      return client.close();
    },
  });
} catch (error) {
  fail(error instanceof Error ? error.message : String(error));
}

function fail(reason: string): never {
  console.error(reason);
  process.exit(1);
}
