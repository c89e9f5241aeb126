// A WebAssembly module in Go: GOOS=wasip1 GOARCH=wasm go build -buildmode=c-shared -o rot.wasm .
package main

import (
	"encoding/json"
	"strings"
	"unsafe"
)

const descriptor = `{"name": "rot", "version": "1.0.0", "protocol": 1, "methods": {
  "rot13": {"idempotent": true, "input": {"type": "string"}, "output": {"type": "string"}},
  "spin": {}
}}`

// kept holds the buffers of the current call, so that the collector leaves them.
var kept [2][]byte

func pack(text []byte) uint64 {
	kept[1] = append(text, 0)
	return uint64(uintptr(unsafe.Pointer(&kept[1][0])))<<32 | uint64(len(text))
}

//go:wasmexport gati_alloc
func alloc(length uint32) uint32 {
	kept[0] = make([]byte, length+1)
	return uint32(uintptr(unsafe.Pointer(&kept[0][0])))
}

//go:wasmexport gati_descriptor
func describe() uint64 { return pack([]byte(descriptor)) }

//go:wasmexport gati_call
func call(_ uint32, length uint32) uint64 {
	var request struct {
		Method string
		Input  string
	}
	if json.Unmarshal(kept[0][:length], &request) != nil {
		return pack([]byte(`{"problem": {"status": 400, "code": "invalid_input"}}`))
	}
	for request.Method == "spin" {
	}
	text, _ := json.Marshal(map[string]string{"result": strings.Map(rot13, request.Input)})
	return pack(text)
}

func rot13(letter rune) rune {
	if lower := letter | 32; lower >= 'a' && lower <= 'z' {
		return letter - lower + 'a' + (lower-'a'+13)%26
	}
	return letter
}

func main() {}
