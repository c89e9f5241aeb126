#!/usr/bin/env node
// An MCP server for tests, by its SDK: on standard input and output, or over HTTP with the argument
// `http`, which prints the address.
import http from 'node:http';
import { text } from 'node:stream/consumers';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { z } from 'zod';

let authorization;

function create() {
  const server = new McpServer({ name: 'lookup', version: '1.2' });
  const word = z.object({ word: z.string() });
  server.registerTool(
    'length.of',
    {
      inputSchema: word,
      outputSchema: z.object({ length: z.number() }),
      annotations: { readOnlyHint: true },
    },
    ({ word: given }, context) => ({
      content: [],
      structuredContent: given === 'trace' ? { length: context } : { length: given.length },
    }),
  );
  server.registerTool('shout', { inputSchema: word }, ({ word: given }) => ({
    content: [
      { type: 'text', text: given.toUpperCase() },
      { type: 'text', text: '!' },
    ],
  }));
  server.registerTool('fail', {}, () => ({
    isError: true,
    content: [{ type: 'text', text: 'no such thing' }],
  }));
  server.registerTool('slow', {}, (context) => new Promise(() => context));
  server.registerTool('exit', {}, () => process.exit(3));
  server.registerTool('who', {}, () => ({ content: [{ type: 'text', text: `${authorization}` }] }));
  server.registerTool('large', {}, () => ({
    content: [{ type: 'text', text: 'x'.repeat(200_000) }],
  }));
  return server;
}

if (process.argv[2] === 'http') {
  const handler = createMcpHandler(create);
  const server = http.createServer(async (req, res) => {
    ({ authorization } = req.headers);
    const url = `http://${req.headers.host}${req.url}`;
    const body = req.method === 'POST' ? await text(req) : undefined;
    const request = new Request(url, { method: req.method, headers: req.headers, body });
    const response = await handler.fetch(request);
    res.writeHead(response.status, Object.fromEntries(response.headers));
    res.end(Buffer.from(await response.arrayBuffer()));
  });
  server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/mcp`));
} else await serveStdio(create);
