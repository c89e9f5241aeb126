#!/usr/bin/env python3
"""An MCP server (2026-07-28) without packages: looks words up. Run by Gati as
mcp:exec:./modules/lookup/server.py, and by any other MCP client."""
import json, sys

WORDS = {"gati": "speed, movement", "vite": "quick"}
WORD = {"type": "object", "properties": {"word": {"type": "string"}}, "required": ["word"]}
TOOLS = [{
    "name": "meaning",
    "description": "Returns the meaning of a word.",
    "inputSchema": WORD,
    "outputSchema": {"type": "object", "properties": {"meaning": {"type": "string"}}, "required": ["meaning"]},
    "annotations": {"readOnlyHint": True},
}]


class Rejected(Exception):
    def __init__(self, code, message):
        self.error = {"code": code, "message": message}


def discover(_params):
    server = {"io.modelcontextprotocol/serverInfo": {"name": "lookup", "version": "1.0.0"}}
    return {"supportedVersions": ["2026-07-28"], "capabilities": {"tools": {}}, "_meta": server}


def meaning(params):
    if params.get("name") != "meaning":
        raise Rejected(-32602, "There is no such tool.")
    word = params.get("arguments", {}).get("word")
    if word not in WORDS:
        return {"isError": True, "content": [{"type": "text", "text": f"{word} has no meaning here."}]}
    result = {"meaning": WORDS[word]}
    return {"content": [{"type": "text", "text": json.dumps(result)}], "structuredContent": result}


METHODS = {"server/discover": discover, "tools/list": lambda _params: {"tools": TOOLS}, "tools/call": meaning}


def respond(message):
    method = METHODS.get(message["method"])
    if method is None:
        raise Rejected(-32601, "There is no such method.")
    return {"resultType": "complete", "ttlMs": 0, "cacheScope": "private", **method(message.get("params", {}))}


for line in sys.stdin:
    request = json.loads(line)
    if "id" not in request:
        continue
    reply = {"jsonrpc": "2.0", "id": request["id"]}
    try:
        reply["result"] = respond(request)
    except Rejected as rejected:
        reply["error"] = rejected.error
    print(json.dumps(reply), flush=True)
