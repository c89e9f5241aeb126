// A module in Go without packages. Build it with `go build -o greeter .`.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
)

const descriptor = `{"name": "greeter", "version": "1.0.0", "protocol": 1, "methods": {"greet": {
  "idempotent": true,
  "input": {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]},
  "output": {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}
}}}`

func reply(res http.ResponseWriter, status int, kind string, body string) {
	res.Header().Set("content-type", kind)
	res.WriteHeader(status)
	io.WriteString(res, body)
}

func greet(res http.ResponseWriter, req *http.Request) {
	var input struct{ Name *string }
	if json.NewDecoder(req.Body).Decode(&input) != nil || input.Name == nil {
		reply(res, 400, "application/problem+json", `{"code": "invalid_input"}`)
		return
	}
	body, _ := json.Marshal(map[string]string{"text": "Hello " + *input.Name})
	reply(res, 200, "application/json", string(body))
}

func main() {
	if os.Getenv("GATI_MODULE") != "1" {
		fmt.Fprintln(os.Stderr, "greeter is a module for Gati: declare it as exec:./modules/greeter/greeter")
		os.Exit(1)
	}
	path := filepath.Join(os.Getenv("TMPDIR"), "module.sock")
	listener, err := net.Listen("unix", path)
	if err != nil {
		panic(err)
	}
	http.HandleFunc("GET /.well-known/gati-module", func(res http.ResponseWriter, _ *http.Request) {
		reply(res, 200, "application/json", descriptor)
	})
	http.HandleFunc("GET /health", func(res http.ResponseWriter, _ *http.Request) { reply(res, 200, "application/json", "{}") })
	http.HandleFunc("POST /call/greet", greet)
	http.HandleFunc("/", func(res http.ResponseWriter, _ *http.Request) {
		reply(res, 404, "application/problem+json", `{"code": "unknown_method"}`)
	})
	fmt.Println("GATI-MODULE 1 unix:" + path)
	go func() { io.Copy(io.Discard, os.Stdin); os.Exit(0) }()
	http.Serve(listener, nil)
}
