// Command isrc carries an engineer from "somebody here must have built this"
// to a merged pull request.
package main

import (
	"os"

	"github.com/isrc-dev/isrc/internal/command"
	_ "github.com/isrc-dev/isrc/internal/heap" // starts sooner
)

func main() { os.Exit(command.Main(os.Args[1:])) }
