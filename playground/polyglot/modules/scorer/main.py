#!/usr/bin/env python3
"""A module in Python without packages: scores a text. Run by Gati as exec:./modules/scorer/main.py"""
import json, os, sys, threading
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingMixIn, UnixStreamServer

DESCRIPTOR = {
    "name": "scorer", "version": "1.0.0", "protocol": 1,
    "methods": {
        "score": {
            "idempotent": True,
            "input": {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]},
            "output": {"type": "object", "properties": {"score": {"type": "number"}}, "required": ["score"]},
        },
    },
}


def score(argument):
    return {"score": len(argument["text"]) / 100}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def reply(self, status, value, kind="application/json"):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        known = {"/.well-known/gati-module": DESCRIPTOR, "/health": {"status": "ok"}}
        self.reply(200, known[self.path]) if self.path in known else self.unknown()

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if self.path != "/call/score":
            return self.unknown()
        try:
            self.reply(200, score(json.loads(body)))
        except (ValueError, KeyError, TypeError):
            self.reply(400, {"code": "invalid_input", "detail": "text is missing"}, "application/problem+json")

    def unknown(self):
        self.reply(404, {"code": "unknown_method"}, "application/problem+json")

    def log_message(self, *_):
        pass


class Server(ThreadingMixIn, UnixStreamServer):
    daemon_threads, request_queue_size = True, 128


if os.environ.get("GATI_MODULE") != "1":
    sys.exit("scorer is a module for Gati: declare it as exec:./modules/scorer/main.py")
path = os.path.join(os.environ["TMPDIR"], "module.sock")
server = Server(path, Handler)
print(f"GATI-MODULE 1 unix:{path}", flush=True)
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
server.serve_forever()
