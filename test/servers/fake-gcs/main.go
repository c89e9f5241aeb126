// Google Cloud Storage in memory, until SIGTERM. Arguments: its address, and a bucket that exists
// before the server responds.
package main

import (
	"net"
	"os"
	"os/signal"
	"strconv"
	"syscall"

	"github.com/fsouza/fake-gcs-server/fakestorage"
)

func main() {
	host, port, err := net.SplitHostPort(os.Args[1])
	if err != nil {
		panic(err)
	}
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		panic(err)
	}
	first := fakestorage.Object{ObjectAttrs: fakestorage.ObjectAttrs{BucketName: os.Args[2], Name: "first"}}
	server, err := fakestorage.NewServerWithOptions(fakestorage.Options{
		Scheme:         "http",
		Host:           host,
		Port:           uint16(number),
		PublicHost:     os.Args[1],
		InitialObjects: []fakestorage.Object{first},
	})
	if err != nil {
		panic(err)
	}
	end := make(chan os.Signal, 1)
	signal.Notify(end, syscall.SIGTERM)
	<-end
	server.Stop()
}
