//go:build tools

package main

import _ "github.com/grafana/loki/v3/cmd/loki"
